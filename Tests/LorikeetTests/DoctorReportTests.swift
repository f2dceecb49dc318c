import Diagnosis
import Testing

@testable import lorikeet

@Suite struct `The doctor's report` {
  private func report(_ findings: [Finding]) -> String {
    var lines = DoctorLines(.plain, checks: findings.map(\.check))
    // One after the other, as they are printed.
    return (findings.flatMap { lines.add([$0]) } + ["", lines.summary]).joined(separator: "\n")
  }

  @Test func `the doctor's report is grouped by subject and aligned, with each remedy below its problem`() {
    let findings = [
      Finding(.npu, "device", .ok, "Arrow Lake's NPU"),
      Finding(.npu, "module", .error, "it is not loaded", remedy: "sudo modprobe intel_vpu"),
      Finding(.gpu, "device", .note, "none\nhere"),
      Finding(.selfTest, "CPU", .warning, "it is slow"), Finding(.openVINO, "openvino", .warning, "old"),
    ]
    #expect(
      report(findings) == """
        NPU
          ok       device    Arrow Lake's NPU
          error    module    it is not loaded
                             → sudo modprobe intel_vpu

        GPU
          -        device    none here

        Self-test
          warning  CPU       it is slow

        OpenVINO
          warning  openvino  old

        1 error, 2 warnings
        """)
  }

  @Test func `the doctor's report says when all is well`() {
    #expect(
      report([Finding(.machine, "memory", .ok, "16 GB")]) == """
        Machine
          ok       memory  16 GB

        All is well.
        """)
  }
}
