internal import Inference

/// Where compiled models are kept: they hold only for the build of OpenVINO that made them.
enum CompiledModels {
  /// The folder's name.
  static var folder: String { "openvino-\(Runtime.version.replacing("/", with: "-"))" }
}
