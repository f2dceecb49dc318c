internal import Devices
internal import Endpointing
internal import Logging
internal import Recognition
internal import Telemetry

extension Transcript {
  /// The durations and the device of an utterance, for the log.
  func logMetadata(withText: Bool) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "model": "\(model)",
      "device": "\(device ?? "none")",
      "precision": "\(precision.rawValue)",
      "audio_s": "\(rounded(audioSeconds, to: 100))",
      "features_ms": "\(rounded(timings.features * 1000, to: 10))",
      "encoder_ms": "\(rounded(timings.encoder * 1000, to: 10))",
      "decoder_ms": "\(rounded(timings.decoder * 1000, to: 10))",
      "total_ms": "\(rounded(timings.total * 1000, to: 10))",
    ]
    if let bucket { metadata["bucket_s"] = "\(rounded(bucket, to: 100))" }
    if isFromCache { metadata["from_cache"] = "true" }
    if isSpeculative { metadata["speculative"] = "true" }
    if let fallbackReason { metadata["detour"] = "\(fallbackReason)" }
    if boostedTokens > 0 { metadata["boosted_tokens"] = "\(boostedTokens)" }
    if let endpoint { metadata["endpoint"] = "\(endpoint.rawValue)" }
    if let language { metadata["language"] = "\(language)" }
    if withText { metadata["text"] = "\(text)" }
    return metadata
  }

  private func rounded(_ value: Double, to parts: Double) -> Double { (value * parts).rounded() / parts }
}

extension SpeechMetrics.Answer {
  /// Describes a transcript.
  init(_ transcript: Transcript, for client: SpeechMetrics.ClientProtocol) {
    let timings = transcript.timings
    self.init(
      client: client, hasText: !transcript.text.isEmpty, audioSeconds: transcript.audioSeconds,
      latencySeconds: timings.total,
      stages: [
        ("features", timings.features), ("encoder", timings.encoder), ("decoder", timings.decoder),
      ],
      device: transcript.device, bucket: transcript.bucket, endpoint: transcript.endpoint?.rawValue)
  }
}
