internal import Diagnosis
internal import Synchronization
internal import Telemetry

/// The metrics of the process, under the names that Prometheus' own clients use, and the energy of the processor if it
/// is counted.
final class ProcessMetrics: Sendable {
  private struct Energy {
    var meter: EnergyMeter
    var reading: EnergyMeter.Reading
    var joules = 0.0
  }

  private let energy: Mutex<Energy?>

  /// Begins to count the energy. Blocks.
  init() {
    let meter = try? EnergyMeter()
    energy = Mutex(
      meter.flatMap { meter in (try? meter.reading()).map { Energy(meter: meter, reading: $0) } })
  }

  /// The metrics at present. Blocks.
  @Sendable func families() -> [MetricFamily] {
    var families: [MetricFamily] = []
    if let facts = ProcessFacts.current() {
      families += [
        MetricFamily(
          "process_resident_memory_bytes", "Resident memory.", .gauge, value: Double(facts.residentBytes)),
        MetricFamily(
          "process_cpu_seconds_total", "Time of the processors in user and system mode.", .counter,
          value: facts.cpuSeconds),
        MetricFamily("process_open_fds", "Open files and sockets.", .gauge, value: Double(facts.openFiles)),
        MetricFamily(
          "process_start_time_seconds", "Start of the process, in seconds since 1970.", .gauge,
          value: facts.startTime),
      ]
    }
    if let joules = joules() {
      families.append(
        MetricFamily(
          "lorikeet_energy_joules_total",
          "Energy of the processor's packages since the start, of all programs.",
          .counter, value: joules))
    }
    return families
  }

  /// A counter can wrap once between two readings, so that they must not be rare.
  private func joules() -> Double? {
    energy.withLock { energy in
      guard var known = energy, let reading = try? known.meter.reading() else { return nil }
      known.joules += known.meter.joules(from: known.reading, to: reading)
      known.reading = reading
      energy = known
      return known.joules
    }
  }
}
