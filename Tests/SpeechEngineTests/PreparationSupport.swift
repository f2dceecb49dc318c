import Devices
import FoundationEssentials
import Glibc
import Support
import Synchronization
import Testing

@testable import ModelStore
@testable import Parakeet
@testable import Recognition
@testable import SpeechEngine

/// Returns the text of a recording as a model recognizes it.
func spokenText(_ recording: String, _ model: ModelDirectory, _ settings: ComputeSettings) async throws
  -> String
{
  let recognizer = Recognizer(model: model, settings: settings)
  try await recognizer.prepare()
  return try await spokenText(recording, recognizer)
}

/// Returns the text of a recording as a recognizer recognizes it.
func spokenText(_ recording: String, _ recognizer: Recognizer) async throws -> String {
  return try await recognizer.transcribe(try Fixtures.samples(recording)).text
}

/// Copies the built-in model, so that a test can change it.
func copyOfBuiltin(in directory: URL) throws -> URL {
  let copy = directory.appending(path: "model")
  try FileManager.default.copyItem(atPath: try ModelDirectory.find("builtin").path, toPath: copy.path)
  return copy
}

/// Returns the names in a directory, sorted.
func fileNames(in directory: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
}

/// Collects what a preparation reports.
final class PreparationEvents: Sendable {
  private let events = Mutex<[PreparationEvent]>([])

  @Sendable func append(_ event: RecognitionEvent) {
    if case .preparation(let event) = event { events.withLock { $0.append(event) } }
  }

  /// The number of preparations that began.
  var beginnings: Int {
    events.withLock { events in
      events.count { event in
        if case .began = event { return true }
        return false
      }
    }
  }

  var all: [PreparationEvent] { events.withLock { $0 } }

  func clear() { events.withLock { $0 = [] } }
}

/// Changes to files that leave no trace in size and time.
enum HiddenDamage {
  static func spoil(_ path: String) throws {
    var status = stat()
    #expect(stat(path, &status) == 0)
    let file = open(path, O_RDWR)
    defer { close(file) }
    let zeros = [UInt8](repeating: 0, count: min(Int(status.st_size), 4096))
    #expect(pwrite(file, zeros, zeros.count, 0) == zeros.count)
    let times = [status.st_atim, status.st_mtim]
    #expect(futimens(file, times) == 0)
  }
}
