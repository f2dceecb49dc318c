public import Transducer

/// The decoder of a model without networks behind its encoder, on the processor.
extension CTCDecoder: LoadedDecoder {
  public func decode(_ encoding: Encoding, preferring preferences: TokenPreferences) -> Decoding {
    decode(encoding.values, frameCount: encoding.count, preferring: preferences)
  }
}
