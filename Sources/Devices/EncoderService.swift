public import Concurrency
public import SpeechFeatures
internal import Synchronization

/// Encodes log-mel frames, on the best device that is available.
public final class EncoderService: Sendable {
  /// The devices, from the best to the last resort.
  public let devices: [EncoderDevice]
  /// The number of consecutive results from the first device without a fallback.
  private let undisturbed = Mutex(0)

  /// The number of consecutive results from the first device after which its replacements are unloaded.
  static let answersUntilRest = 20

  /// Creates a service for devices that have loaded nothing.
  ///
  /// - Parameter devices: The devices, from the best to the last resort; at least one.
  public init(_ devices: [EncoderDevice]) {
    precondition(!devices.isEmpty)
    self.devices = devices
  }

  /// The most frames that are encoded in one piece.
  public var limit: Int { devices.map(\.shapes.limit).min() ?? 0 }

  /// Starts the best device that works.
  ///
  /// - Parameter onFirstOnly: True if the first device must work.
  public func start(onFirstOnly: Bool) async throws(DeviceError) {
    for device in devices {
      do throws(DeviceError) {
        return try await device.start()
      } catch {
        if onFirstOnly || device === devices.last || error == .cancelled { throw error }
      }
    }
  }

  /// True if the best device that works has nothing to do.
  public var isQuiet: Bool {
    get async {
      for device in devices {
        if let isQuiet = await device.isQuiet { return isQuiet }
      }
      return false
    }
  }

  /// Encodes a range of frames, at most ``limit`` of them.
  ///
  /// Skips a device that is lost, fails now, or would have to load an encoder first. Waits for the last device.
  ///
  /// - Parameter priority: Urgent if a client waits for the result.
  public func encode(
    _ frames: LogMelFrames, _ range: Range<Int>, priority: WorkPriority = .urgent
  ) async throws(DeviceError) -> EncoderOutput {
    var fallbackReason: String?
    for device in devices.dropLast() {
      do throws(DeviceError) {
        if var output = try await device.encode(frames, range, priority: priority, waits: false) {
          output.fallbackReason = fallbackReason ?? output.fallbackReason
          await note(output)
          return output
        }
        fallbackReason = fallbackReason ?? "\(device.id) is loading"
      } catch {
        if error == .cancelled { throw error }
        fallbackReason = fallbackReason ?? "\(error)"
      }
      device.countFallback()
    }
    var output = try await encodeOnLast(frames, range, priority)
    output.fallbackReason = fallbackReason ?? output.fallbackReason
    await note(output)
    return output
  }

  private func encodeOnLast(
    _ frames: LogMelFrames, _ range: Range<Int>, _ priority: WorkPriority
  ) async throws(DeviceError) -> EncoderOutput {
    let last = devices[devices.count - 1]
    do throws(DeviceError) {
      if let output = try await last.encode(frames, range, priority: priority, waits: true) { return output }
      throw .failed(device: last.id, why: "it has no encoder")
    } catch {
      // The last resort can fail while a better device only has to load an encoder.
      guard error != .cancelled else { throw error }
      for device in devices.dropLast() {
        if let output = try? await device.encode(frames, range, priority: priority, waits: true) {
          return output
        }
      }
      throw error
    }
  }

  /// Unloads the replacements of the first device when it has worked for a while.
  private func note(_ output: EncoderOutput) async {
    let isUndisturbed = output.accelerator == devices[0].id && output.fallbackReason == nil
    let count = undisturbed.withLock { count in
      count = isUndisturbed ? count + 1 : 0
      return count
    }
    guard count == Self.answersUntilRest else { return }
    for device in devices.dropFirst() { await device.rest() }
  }
}
