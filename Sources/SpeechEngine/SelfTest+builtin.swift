public import Devices
public import ModelStore
public import Recognition
internal import SystemPaths

extension SelfTest {
  /// Reads the recording of the built-in model: `self-test.pcm`, 16-bit little-endian samples, and `self-test.txt`.
  ///
  /// - Parameter model: The built-in model, `ModelDirectory.find(ModelDirectory.builtin)`.
  public init(of model: ModelDirectory) throws(ModelError) {
    let pcm = try Self.contents(of: "self-test.pcm", in: model)
    let text = String(decoding: try Self.contents(of: "self-test.txt", in: model), as: UTF8.self)
    self.init(
      samples: stride(from: 0, to: pcm.count - 1, by: 2).map { index in
        Float(Int16(bitPattern: UInt16(pcm[index]) | UInt16(pcm[index + 1]) << 8)) / 32768
      },
      text: text.split(whereSeparator: \.isNewline).joined(separator: " "))
  }

  private static func contents(of file: String, in model: ModelDirectory) throws(ModelError) -> [UInt8] {
    do {
      return try Files.contents(of: "\(model.path)/\(file)")
    } catch {
      throw ModelError(model: model.name, reason: .file(file, .missing, repair: nil))
    }
  }

  /// The result of a self-test.
  public struct Outcome: Sendable {
    /// The transcript.
    public let text: String
    /// True if the transcript is close enough to the spoken words.
    public let isPassed: Bool
    /// The device that ran the encoder, as OpenVINO reports it.
    public let device: String?
    /// The time to load the model, in seconds; 0 if it was loaded already.
    public let loadSeconds: Double
    /// The time from the end of the audio to the first transcript, in seconds.
    public let firstSeconds: Double
    /// The time to the second transcript, in seconds: the first run of a network takes longer.
    public let seconds: Double
  }

  /// Loads a recognizer's model if it is not loaded, and recognizes the recording twice.
  ///
  /// - Parameter recognizer: A recognizer with the built-in model.
  public func run(with recognizer: Recognizer) async throws(DeviceError) -> Outcome {
    let clock = ContinuousClock()
    let start = clock.now
    try await recognizer.prepare()
    let loaded = clock.now
    let first = try await recognizer.transcribe(samples)
    let second = try await recognizer.transcribe(samples)
    let failed = [first, second].first { !accepts($0.text) }
    return Outcome(
      text: (failed ?? second).text, isPassed: failed == nil, device: second.device,
      loadSeconds: start.duration(to: loaded) / .seconds(1), firstSeconds: first.timings.total,
      seconds: second.timings.total)
  }

  /// Recognizes the recording on a device with the built-in model.
  ///
  /// - Parameters:
  ///   - role: The part of the work that the device does.
  ///   - settings: The settings of the model to be served.
  static func run(
    on device: DeviceID, as role: Role, _ settings: ComputeSettings
  ) async throws(DeviceError) {
    var own = Self.settings(for: device, as: role)
    own.cacheDirectory = settings.cacheDirectory
    own.inferenceSeconds = settings.inferenceSeconds
    let test: SelfTest
    let model: ModelDirectory
    do throws(ModelError) {
      model = try ModelDirectory.find(ModelDirectory.builtin)
      test = try SelfTest(of: model)
    } catch {
      throw .networks(error)
    }
    let outcome = try await test.run(with: Recognizer(model: model, settings: own))
    guard outcome.isPassed else {
      throw .failed(device: device, why: "the self-test recognized '\(outcome.text)'")
    }
  }
}
