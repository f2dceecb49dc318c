internal import CSoxr

/// A streaming resampler of mono audio (libsoxr, high quality).
struct Resampler: ~Copyable {
  private let handle: soxr_t
  private let ratio: Double

  /// - Parameters:
  ///   - inputRate: The input sample rate, in hertz.
  ///   - outputRate: The output sample rate, in hertz.
  init(from inputRate: Int, to outputRate: Int) throws(ResamplerError) {
    var error: soxr_error_t?
    var format = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
    var runtime = soxr_runtime_spec(1)
    guard
      let handle = soxr_create(
        Double(inputRate), Double(outputRate), 1, &error, &format, &quality, &runtime)
    else {
      throw ResamplerError(message: error.map { String(cString: $0) } ?? "libsoxr returned no resampler")
    }
    self.handle = handle
    ratio = Double(outputRate) / Double(inputRate)
  }

  deinit {
    soxr_delete(handle)
  }

  /// Appends samples and returns the output samples that are ready.
  mutating func append(_ samples: [Float]) throws(ResamplerError) -> [Float] {
    guard !samples.isEmpty else { return [] }
    return try process(samples)
  }

  /// Returns the samples that the filter has delayed.
  mutating func finish() throws(ResamplerError) -> [Float] {
    var result: [Float] = []
    while true {
      let part = try process(nil)
      if part.isEmpty { return result }
      result += part
    }
  }

  private mutating func process(_ samples: [Float]?) throws(ResamplerError) -> [Float] {
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
    if let error { throw ResamplerError(message: String(cString: error)) }
    // The buffer holds any possible output, so libsoxr consumes the whole input.
    guard consumed == samples?.count ?? 0 else {
      throw ResamplerError(message: "libsoxr consumed \(consumed) of \(samples?.count ?? 0) samples")
    }
    return output
  }
}

/// An error of libsoxr, with its message.
struct ResamplerError: Error {
  let message: String
}
