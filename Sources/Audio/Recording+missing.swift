extension Recording {
  /// The tolerance in seconds: decoders drop the padding of encoders and do not always agree on its length.
  private static let slack = 0.5

  /// Returns the evidence, at the end of a recording, that audio is missing; `nil` if it is complete.
  ///
  /// - Parameters:
  ///   - foundSeconds: The duration decoded, in seconds.
  ///   - foundFrames: The number of frames decoded.
  func missing(foundSeconds: Double, foundFrames: Int) -> AudioError.Reason? {
    switch promise {
    case .bytes(let promised, let found, let perSecond) where found < promised:
      guard let perSecond else {
        let part = Double(promised) / Double(max(1, found))
        return .truncated(promisedSeconds: foundSeconds * part, foundSeconds: foundSeconds)
      }
      return .truncated(
        promisedSeconds: Double(promised) / perSecond, foundSeconds: Double(found) / perSecond)
    case .endMark(isThere: false) where foundFrames == 0:
      return .noEndMark(foundSeconds: nil, conversion: nil)
    case .endMark(isThere: false): return .noEndMark(foundSeconds: foundSeconds, conversion: conversion)
    case .seconds(let promised) where foundSeconds + Self.slack < promised:
      return .truncated(promisedSeconds: promised, foundSeconds: foundSeconds)
    default: break
    }
    if foundFrames == 0, unexplainedBytes > 4_096 {
      return .unreadable("its header declares no audio, but the file has \(unexplainedBytes) bytes")
    }
    guard promise != .unknown, decoder.countIsExact, let frames = decoder.frameCount, foundFrames < frames
    else {
      return nil
    }
    return .truncated(
      promisedSeconds: Double(frames) / Double(decoder.sampleRate), foundSeconds: foundSeconds)
  }
}
