internal import Diagnosis
internal import ModelStore
internal import Parakeet
internal import Recognition
internal import SpeechEngine

/// The doctor's report as JSON. The keys are a stable interface.
struct DoctorJSON: Encodable {
  private let version = Lorikeet.version
  private let verdict: String
  private let findings: [FindingRow]
  private let openvino: OpenVINO
  private let selfTests: [Test]
  private let data: Data

  private struct FindingRow: Encodable {
    let subject, check, verdict, text: String
    let remedy: Nullable<String>
  }

  private struct OpenVINO: Encodable {
    let version: String
    let devices: [Device]
  }

  private struct Device: Encodable {
    let name: String
    let fullName: Nullable<String>
    let capabilities: [String]
    let driverVersion: Nullable<String>
  }

  private struct Test: Encodable {
    let device: String
    let passed: Bool
    let error, text, executedOn: Nullable<String>
    let seconds, firstSeconds, loadSeconds: Nullable<Double>
    let busyMicroseconds: Nullable<UInt64>
  }

  private struct Data: Encodable {
    let path: String
    let freeBytes: Nullable<Int>
    let models, prepared, compiled: [Item]
  }

  private struct Item: Encodable {
    let name, path: String
    let bytes: Int
  }

  init(_ report: DoctorReport) {
    verdict = report.verdict.rawValue
    findings = report.findings.map {
      FindingRow(
        subject: $0.subject.rawValue, check: $0.check, verdict: $0.verdict.rawValue, text: $0.text,
        remedy: Nullable($0.remedy))
    }
    openvino = OpenVINO(
      version: report.openVINO.version,
      devices: report.openVINO.devices.map {
        Device(
          name: $0.name, fullName: Nullable($0.fullName), capabilities: $0.capabilities,
          driverVersion: Nullable($0.driverVersion))
      })
    selfTests = report.tests.map { test in
      let outcome = try? test.result.get()
      return Test(
        device: "\(test.device)", passed: test.finding.verdict == .ok,
        error: Nullable(test.error.map { "\($0)" }), text: Nullable(outcome?.text),
        executedOn: Nullable(outcome?.device),
        seconds: Nullable(outcome.map { rounded($0.seconds, to: 1e6) }),
        firstSeconds: Nullable(outcome.map { rounded($0.firstSeconds, to: 1e6) }),
        loadSeconds: Nullable(outcome.map { rounded($0.loadSeconds, to: 1e6) }),
        busyMicroseconds: Nullable(test.busy))
    }
    data = Data(
      path: report.data.directory, freeBytes: Nullable(report.data.freeBytes),
      models: report.data.stored.map { Item(name: $0.model.name, path: $0.path, bytes: $0.size) },
      prepared: report.data.prepared.map {
        Item(name: $0.manifest.model, path: $0.path, bytes: Int($0.size))
      },
      compiled: report.data.compiled.map {
        Item(name: "\($0.model), \($0.network)", path: $0.path, bytes: Int($0.bytes))
      })
  }

  /// The object in one line.
  var line: String { JSONLine.of(self) }
}
