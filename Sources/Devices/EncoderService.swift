public import Concurrency
public import SpeechFeatures
internal import Synchronization

/// Encodes on the best device that can do it now.
public final class EncoderService: Sendable {
  /// From the best to the last resort.
  public let devices: [EncoderDevice]
  /// How many answers the first device gave, one after the other, as it should.
  private let undisturbed = Mutex(0)

  /// After so many answers of the first device what stood in for it is unloaded.
  static let answersUntilRest = 20

  /// - Parameter devices: From the best to the last resort; one at least.
  public init(_ devices: [EncoderDevice]) {
    precondition(!devices.isEmpty)
    self.devices = devices
  }

  /// The most frames that go through the encoder in one piece.
  public var limit: Int { devices.map(\.shapes.limit).min() ?? 0 }

  /// Starts the best device that works.
  ///
  /// - Parameter onFirstOnly: Whether the first one has to work.
  public func start(onFirstOnly: Bool) async throws(DeviceError) {
    for device in devices {
      do throws(DeviceError) {
        return try await device.start()
      } catch {
        if onFirstOnly || device === devices.last || error == .cancelled { throw error }
      }
    }
  }

  /// Asks whether the best device that works has nothing to do.
  public var isQuiet: Bool {
    get async {
      for device in devices {
        if let isQuiet = await device.isQuiet { return isQuiet }
      }
      return false
    }
  }

  /// Encodes a stretch of frames, at most ``limit`` of them.
  ///
  /// A device that is lost, or fails now, is passed over, and so is one that would have to load first; the last one
  /// is waited for.
  ///
  /// - Parameter priority: Whether somebody waits for the answer.
  public func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: WorkPriority = .urgent
  ) async throws(DeviceError) -> EncoderOutput {
    var fallbackReason: String?
    for device in devices.dropLast() {
      do throws(DeviceError) {
        if var answer = try await device.encode(frames, range, priority: priority, waits: false) {
          answer.fallbackReason = fallbackReason ?? answer.fallbackReason
          await note(answer)
          return answer
        }
        fallbackReason = fallbackReason ?? "\(device.name) is loading"
      } catch {
        if error == .cancelled { throw error }
        fallbackReason = fallbackReason ?? "\(error)"
      }
      device.countFallback()
    }
    var answer = try await encodeOnLast(frames, range, priority)
    answer.fallbackReason = fallbackReason ?? answer.fallbackReason
    await note(answer)
    return answer
  }

  private func encodeOnLast(
    _ frames: LogMelFrames, _ range: Range<Int>, _ priority: WorkPriority
  ) async throws(DeviceError) -> EncoderOutput {
    let last = devices[devices.count - 1]
    do throws(DeviceError) {
      if let answer = try await last.encode(frames, range, priority: priority, waits: true) { return answer }
      throw .failed(device: last.name, why: "it has no encoder")
    } catch {
      // The last resort may be out of order while a better device only has to load.
      guard error != .cancelled else { throw error }
      for device in devices.dropLast() {
        if let answer = try? await device.encode(frames, range, priority: priority, waits: true) {
          return answer
        }
      }
      throw error
    }
  }

  /// Lets those rest that stood in for the first device, when that has worked for a while.
  private func note(_ answer: EncoderOutput) async {
    let isUndisturbed = answer.accelerator == devices[0].name && answer.fallbackReason == nil
    let count = undisturbed.withLock { count in
      count = isUndisturbed ? count + 1 : 0
      return count
    }
    guard count == Self.answersUntilRest else { return }
    for device in devices.dropFirst() { await device.rest() }
  }
}
