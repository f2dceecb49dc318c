import Devices
import Glibc
import ModelStore
import Parakeet
import SpeechEngine
import Support
import SystemPaths
import Testing

@testable import ModelDownload
@testable import lorikeet

@Suite struct `Advice at the command line` {
  @Test(arguments: [
    ParakeetError.cache(directory: "/x", why: "no room"),
    .preparation(model: "m", directory: "/x", why: "no room"),
  ]) func `a directory that takes no models has a remedy that names the options`(error: ParakeetError) {
    let text = Remedies.text(of: DeviceError.networks(error))
    #expect(text.hasPrefix("\(error); "))
    #expect(text.contains("--data-dir") && text.contains("--no-cache"))
  }

  @Test func `a missing GPU has a remedy that names the fallback and the doctor`() {
    let text = Remedies.text(of: DeviceError.missing(.gpu, available: [.cpu]))
    #expect(text.hasPrefix("there is no GPU here, only CPU; --fallback cpu continues without it"))
    #expect(text.contains("lorikeet doctor"))
  }

  @Test(
    arguments: [
      (
        .file("a.onnx", .empty, repair: .pull(model: "m")),
        "`lorikeet models verify m` and then `lorikeet models pull m` downloads it again"
      ),
      (.notPulled(models: "/x"), "`lorikeet models pull m` downloads it"),
      (.quantizedLayers(device: "NPU"), "--device cpu runs this one"),
    ] as [(ModelError.Reason, String)])
  func `a model that cannot be used has a remedy that names the commands`(
    reason: ModelError.Reason, remedy: String
  ) {
    let error = ModelError(model: "m", reason: reason)
    for error in [error, ParakeetError.model(error), DeviceError.networks(ParakeetError.model(error))]
      as [any Error]
    {
      let text = Remedies.text(of: error)
      #expect(text.hasPrefix("\(error); ") && text.hasSuffix(remedy))
    }
  }

  @Test(
    arguments: [
      (.offline(["a"]), ["`lorikeet models pull m`", "--offline", "--model"]),
      (.noRoom(needed: 2, free: 1, folder: "/x"), ["make room", "--data-dir"]),
      (.absent, ["`lorikeet models pull m` downloads it"]),
      (.gaveUp(attempts: 3, last: "no answer"), ["`lorikeet models pull m` continues from there"]),
      (.cancelled, ["`lorikeet models pull m` continues from there"]),
      (.system(FileError("/x", code: EACCES)), ["permissions", "--data-dir"]),
      (.model(ModelError(model: "m", reason: .notPulled(models: "/x"))), ["`lorikeet models pull m`"]),
    ] as [(DownloadError.Reason, [String])])
  func `a failed download has a remedy that names the commands and options`(
    reason: DownloadError.Reason, parts: [String]
  ) {
    let error = DownloadError(model: "m", reason: reason)
    let text = Remedies.text(of: error)
    #expect(text.hasPrefix("\(error); "))
    for part in parts { #expect(text.contains(part) && !error.description.contains(part)) }
  }

  @Test func `an error of the processor has no remedy`() {
    let error = DeviceError.failed(device: "CPU", why: "x")
    #expect(Remedies.text(of: error) == "\(error)")
  }

  @Test(arguments: [(ENOSPC, "free some space"), (EACCES, "writable")])
  func `a model that is not kept has a remedy for the reason`(code: Int32, remedy: String) {
    let failure = FileError("/x", "it failed", code: code)
    let line = Remedies.text(of: .preparation(.notKept(model: "m", failure)))
    for part in ["/x", remedy, "--data-dir", "--no-cache"] { #expect(line.contains(part)) }
  }
}
