/// The arithmetic and the weights of the networks.
public enum Precision: String, Sendable, CaseIterable {
  /// `int8` for models of full size, else the fastest arithmetic that the device computes without emulation.
  case auto
  case f32
  case bf16
  case f16
  /// Large weights in eight bits. A processor with VNNI multiplies integers in the encoder; other arithmetic is bf16
  /// where the device computes it, else f32.
  case int8
}
