import ArgumentParser
import Testing

@testable import lorikeet

@Suite struct `Options` {
  @Test(arguments: [
    ("--force-script no a.wav", "--no-force-script a.wav"),
    ("--force-script yes a.wav", "--force-script a.wav"),
    ("--keep-originals=FALSE", "--no-keep-originals"), ("--keep-originals=on", "--keep-originals"),
    ("--keep-originals --quiet", "--keep-originals --quiet"), ("--keep-originals", "--keep-originals"),
    ("--no-keep-originals no", "--no-keep-originals no"), ("--force-script maybe", "--force-script=maybe"),
    ("--force-script=", "--force-script="), ("--force-script -- no", "--force-script -- no"),
    ("-- --force-script no", "-- --force-script no"), ("--cache no", "--cache no"),
    ("--force-script no --keep-originals no", "--no-force-script --no-keep-originals"),
  ])
  func `the former spelling of a switch is replaced`(old: String, new: String) {
    #expect(old.split(separator: " ").map(String.init).withoutOldSpellings.joined(separator: " ") == new)
  }

  @Test(arguments: [
    ("transcribe --no-force-script a.wav", "force-script", false),
    ("transcribe --force-script a.wav", "force-script", true),
    ("transcribe --no-keep-originals a.wav", "keep-originals", false), ("bench --no-cache", "cache", false),
    ("serve --offline", "offline", true), ("serve --log-transcripts", "log-transcripts", true),
  ])
  func `a switch is turned on by its name and off by no- and its name`(line: String, name: String, isOn: Bool)
    throws
  {
    let command = try Lorikeet.parseAsRoot(line.split(separator: " ").map(String.init))
    #expect(command.given == [name: ["\(isOn)"]])
  }

  @Test func `the options that are given are found by their setting's name`() throws {
    let command = try Lorikeet.parseAsRoot([
      "serve", "--uri", "tcp://a:1", "--uri", "tcp://b:2", "--lazy-buckets", "10", "--max-header-bytes",
      "2048",
      "--zeroconf", "--text", "raw", "--log-level", "debug", "--drain-seconds", "3", "--print-config",
    ])
    #expect(
      command.given == [
        "uri": ["tcp://a:1", "tcp://b:2"], "lazy-buckets": ["10"], "max-header-bytes": ["2048"],
        "zeroconf": ["yes"], "text": ["raw"], "log-level": ["debug"], "drain-seconds": ["3"],
      ])
  }
}
