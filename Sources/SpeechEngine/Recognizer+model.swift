public import Devices
public import ModelStore
internal import Parakeet
public import Recognition

extension Recognizer {
  /// Creates a recognizer for a model on the devices of this machine, and loads nothing yet; see ``prepare()``.
  ///
  /// - Parameter onEvent: Called on an arbitrary thread for each event of the model or the devices.
  public convenience init(
    model: ModelDirectory, settings: ComputeSettings, listening: ListeningSettings = ListeningSettings(),
    onEvent: @escaping @Sendable (RecognitionEvent) -> Void = { _ in }
  ) {
    let loader = EngineLoader(
      settings: settings,
      makeNetworks: { () throws(DeviceError) in
        do throws(ParakeetError) {
          return try NetworkCompiler(model, settings: settings) { onEvent(.preparation($0)) }
        } catch {
          throw .networks(error)
        }
      },
      selfTest: { device, role throws(DeviceError) in
        try await SelfTest.run(on: device, as: role, settings)
      },
      onEvent: { onEvent(.device($0)) })
    self.init(
      model: model.summary, loader: loader, listening: listening,
      onUnknownLanguage: { onEvent(.unknownLanguage($0, model: model.name)) })
  }
}
