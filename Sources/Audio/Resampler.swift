internal import CSoxr

/// Changes the sample rate of mono audio while it arrives (libsoxr, high quality).
struct Resampler: ~Copyable {
  private let handle: soxr_t
  private let ratio: Double

  /// - Parameters:
  ///   - inputRate: Samples a second of what comes in.
  ///   - outputRate: Samples a second of what goes out.
  init(from inputRate: Int, to outputRate: Int) throws(ResamplerError) {
    var error: soxr_error_t?
    var format = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I)
    var quality = soxr_quality_spec(UInt(SOXR_HQ), 0)
    var runtime = soxr_runtime_spec(1)
    guard
      let handle = soxr_create(
        Double(inputRate), Double(outputRate), 1, &error, &format, &quality, &runtime)
    else {
      throw ResamplerError(message: error.map { String(cString: $0) } ?? "libsoxr made no resampler")
    }
    self.handle = handle
    ratio = Double(outputRate) / Double(inputRate)
  }

  deinit {
    soxr_delete(handle)
  }

  /// The samples that are ready after `samples` have come in.
  mutating func append(_ samples: [Float]) throws(ResamplerError) -> [Float] {
    guard !samples.isEmpty else { return [] }
    return try process(samples)
  }

  /// The samples that were held back for the filter's delay.
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
    // The room suffices for all that can come out, so libsoxr takes all that goes in.
    guard consumed == samples?.count ?? 0 else {
      throw ResamplerError(message: "libsoxr took \(consumed) of \(samples?.count ?? 0) samples")
    }
    return output
  }
}

/// libsoxr's own words.
struct ResamplerError: Error {
  let message: String
}
