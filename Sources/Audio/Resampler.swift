internal import CSoxr

/// A streaming resampler of mono audio (libsoxr, high quality).
struct Resampler: ~Copyable {
  private let handle: soxr_t
  private let ratio: Double
  /// The source of the audio, for errors.
  private let source: String

  /// - Parameters:
  ///   - inputRate: The input sample rate, in hertz.
  ///   - outputRate: The output sample rate, in hertz.
  ///   - source: The source of the audio, for errors.
  init(from inputRate: Int, to outputRate: Int, source: String) throws(AudioError) {
    var error: soxr_error_t?
    var format = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
    var runtime = soxr_runtime_spec(1)
    guard
      let handle = soxr_create(
        Double(inputRate), Double(outputRate), 1, &error, &format, &quality, &runtime)
    else {
      let why = error.map { String(cString: $0) } ?? "libsoxr returned no resampler"
      throw AudioError(source: source, reason: .unreadable(why))
    }
    self.handle = handle
    self.source = source
    ratio = Double(outputRate) / Double(inputRate)
  }

  deinit {
    soxr_delete(handle)
  }

  /// Appends samples and returns the output samples that are ready.
  mutating func append(_ samples: [Float]) throws(AudioError) -> [Float] {
    guard !samples.isEmpty else { return [] }
    return try process(samples)
  }

  /// Returns the samples that the filter has delayed.
  mutating func finish() throws(AudioError) -> [Float] {
    var result: [Float] = []
    while true {
      let part = try process(nil)
      if part.isEmpty { return result }
      result += part
    }
  }

  private mutating func process(_ samples: [Float]?) throws(AudioError) -> [Float] {
    let capacity = Int(Double(samples?.count ?? 4096) * ratio) + 4096
    var consumed = 0
    var produced = 0
    var error: soxr_error_t?
    let output = [Float](unsafeUninitializedCapacity: capacity) { buffer, count in
      if let samples {
        error = soxr_process(
          handle, samples, samples.count, &consumed, buffer.baseAddress, capacity, &produced)
      } else {
        error = soxr_process(handle, nil, 0, nil, buffer.baseAddress, capacity, &produced)
      }
      count = produced
    }
    if let error { throw AudioError(source: source, reason: .unreadable(String(cString: error))) }
    // The buffer holds any possible output, so libsoxr consumes the whole input.
    guard consumed == samples?.count ?? 0 else {
      throw AudioError(
        source: source,
        reason: .unreadable("libsoxr consumed \(consumed) of \(samples?.count ?? 0) samples"))
    }
    return output
  }
}
