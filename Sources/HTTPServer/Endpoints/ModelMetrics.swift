internal import Devices
internal import Serving
internal import StatusReport
internal import Telemetry

/// The metrics of models, their devices and names at present.
enum ModelMetrics {
  /// Returns the metrics of some services.
  static func families(of services: [SpeechService]) -> [MetricFamily] {
    let statuses = services.map(\.status)
    func samples(_ body: (ServerStatus) -> [MetricFamily.Sample]) -> [MetricFamily.Sample] {
      statuses.flatMap(body)
    }
    func devices(_ value: @escaping (DeviceReport) -> Double) -> [MetricFamily.Sample] {
      samples { status in
        status.devices.map { device in
          MetricFamily.Sample(
            labels: [Label("model", status.model), Label("device", device.name)], value: value(device))
        }
      }
    }
    func total(_ name: String, _ help: String, _ value: @escaping (DeviceReport) -> Double) -> MetricFamily {
      MetricFamily(name, help, .counter, devices(value))
    }
    return [
      MetricFamily(
        "lorikeet_model_ready", "1 if the model is loaded.", .gauge,
        samples { [.init(labels: [Label("model", $0.model)], value: $0.progress == .ready ? 1 : 0)] }),
      MetricFamily(
        "lorikeet_speculation_total", "Early attempts, by their use.", .counter,
        samples { status in
          let counts = status.speculation
          return [("used", counts.used), ("wasted", counts.started - counts.used)].map { outcome, count in
            .init(labels: [Label("model", status.model), Label("outcome", outcome)], value: Double(count))
          }
        }),
      MetricFamily(
        "lorikeet_speculation_saved_seconds_total",
        "Time that clients did not wait because of early attempts.",
        .counter, samples { [.init(labels: [Label("model", $0.model)], value: $0.speculation.savedSeconds)] }),
      MetricFamily(
        "lorikeet_names_boosted_tokens_total", "Tokens that a name has changed.", .counter,
        value: Double(statuses.first?.names.boostedTokens ?? 0)),
      MetricFamily(
        "lorikeet_names_boosted_utterances_total", "Utterances in which a name has changed a token.",
        .counter,
        value: Double(statuses.first?.names.boostedUtterances ?? 0)),
      MetricFamily(
        "lorikeet_names", "Names of the home, by their source.", .gauge,
        (statuses.first?.names.sources ?? []).map {
          .init(labels: [Label("source", $0.name)], value: Double($0.count))
        }),
      MetricFamily(
        "lorikeet_device_state", "1 for the state of a device, 0 for its other states.", .gauge,
        samples { status in
          status.devices.flatMap { device in
            ["idle", "starting", "working", "lost"].map { state in
              .init(
                labels: [Label("model", status.model), Label("device", device.name), Label("state", state)],
                value: device.state.name == state ? 1 : 0)
            }
          }
        }),
      total("lorikeet_device_inferences_total", "Completed runs of an encoder.") { Double($0.inferences) },
      total("lorikeet_device_busy_seconds_total", "Time of these runs.") { $0.busySeconds },
      total("lorikeet_device_failures_total", "Failed runs and loads.") { Double($0.failures) },
      total("lorikeet_device_fallbacks_total", "Jobs that ran on another device.") { Double($0.fallbacks) },
      total("lorikeet_encoder_loads_total", "Encoders that were loaded.") { Double($0.loads) },
      total("lorikeet_encoder_evictions_total", "Encoders that were unloaded to make room.") {
        Double($0.evictions)
      },
      MetricFamily(
        "lorikeet_encoder_loaded_bytes", "Memory of a loaded encoder.", .gauge,
        samples { status in
          status.devices.flatMap { device in
            device.encoders.filter { $0.state == .ready }.map { encoder in
              let bucket = encoder.shape.bucket.map { MetricsFormat.text(of: $0.seconds) } ?? "dynamic"
              return .init(
                labels: [
                  Label("model", status.model), Label("device", device.name), Label("bucket", bucket),
                ],
                value: Double(encoder.bytes ?? 0))
            }
          }
        }),
    ]
  }
}
