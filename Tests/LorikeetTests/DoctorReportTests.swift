import Diagnosis
import Testing

@testable import lorikeet

@Suite struct `The doctor's report` {
  @Test func `the doctor's report is grouped by subject and aligned, with each remedy below its problem`() {
    let findings = [
      Finding(.npu, "device", .ok, "Arrow Lake's NPU"),
      Finding(.npu, "module", .error, "it is not loaded", remedy: "sudo modprobe intel_vpu"),
      Finding(.gpu, "device", .note, "none\nhere"),
      Finding(.selfTest, "CPU", .warning, "it is slow"), Finding(.openVINO, "openvino", .warning, "old"),
    ]
    #expect(
      DoctorReport.render(findings, .plain) == """
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
      DoctorReport.render([Finding(.machine, "memory", .ok, "16 GB")], .plain) == """
        Machine
          ok       memory  16 GB

        All is well.
        """)
  }
}
