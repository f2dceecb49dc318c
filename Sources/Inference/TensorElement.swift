internal import COpenVINO

/// An element type of Lorikeet's networks.
public protocol TensorElement: BitwiseCopyable, Sendable {
  /// OpenVINO's element type.
  static var element: Port.Element { get }
}

extension Float: TensorElement {
  /// OpenVINO's `f32`.
  public static var element: Port.Element { .float32 }
}

extension Int32: TensorElement {
  /// OpenVINO's `i32`.
  public static var element: Port.Element { .int32 }
}

extension Int64: TensorElement {
  /// OpenVINO's `i64`.
  public static var element: Port.Element { .int64 }
}

extension Port.Element {
  init(_ element: lk_element) {
    self =
      switch element {
      case LK_FLOAT32: .float32
      case LK_INT32: .int32
      case LK_INT64: .int64
      default: .other
      }
  }
}
