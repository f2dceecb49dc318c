import Devices
import Diagnosis
import StatusReport
import Testing
import WyomingClient

@testable import lorikeet

@Suite struct `Colours` {
  @Test(
    arguments: [
      (true, nil, "xterm", true), (true, "", "xterm-256color", true), (false, nil, "xterm", false),
      (true, "1", "xterm", false), (true, nil, "dumb", false), (true, nil, "", false),
      (true, nil, nil, false),
    ] as [(Bool, String?, String?, Bool)])
  func `colours are used only in terminals that support them and without NO_COLOR`(
    isTerminal: Bool, noColour: String?, terminal: String?, isColoured: Bool
  ) {
    #expect(
      Style(isTerminal: isTerminal, noColour: noColour, terminal: terminal)
        == Style(isColoured: isColoured))
  }

  @Test func `colours mark the doctor's verdicts without changing the columns`() {
    let findings = [
      Finding(.npu, "device", .ok, "there"), Finding(.npu, "module", .error, "gone"),
      Finding(.npu, "a", .warning, "old"), Finding(.npu, "b", .note, "so"),
    ]
    func report(_ style: Style) -> String {
      var lines = DoctorLines(style, checks: findings.map(\.check))
      return (lines.add(findings) + ["", lines.summary]).joined(separator: "\n")
    }
    let text = report(Style(isColoured: true))
    #expect(text.contains("  \u{1B}[32mok\u{1B}[0m       device  there"))
    #expect(text.contains("  \u{1B}[31merror\u{1B}[0m    module  gone"))
    #expect(text.hasSuffix("\u{1B}[31m1 error\u{1B}[0m, \u{1B}[33m1 warning\u{1B}[0m"))
    #expect(plain(text) == report(.plain))
  }

  @Test func `colours mark the state of a server and its devices`() {
    var devices = [DeviceReport(name: "NPU"), DeviceReport(name: "CPU")]
    devices[0].state = .lost(why: "it hangs")
    devices[1].state = .working
    let outcome = HealthCheck.Outcome(
      models: ["tiny"], status: ServerStatus(model: "tiny", progress: .ready, devices: devices))
    let coloured = HealthReport(uri: "u", outcome: outcome, style: Style(isColoured: true)).text
    #expect(coloured.contains("\u{1B}[32mis well\u{1B}[0m"))
    #expect(coloured.contains("\u{1B}[31mlost\u{1B}[0m      it hangs"))
    #expect(coloured.hasSuffix("\u{1B}[32mworking\u{1B}[0m"))
    #expect(plain(coloured) == HealthReport(uri: "u", outcome: outcome).text)
  }

  private func plain(_ text: String) -> String { text.replacing(#/\u{1B}\[\d+m/#, with: "") }
}
