/// Checks the system, the processor, the memory and the energy counter.
struct MachineDiagnosis {
  let facts: MachineFacts

  /// The memory of a full-size model on the processor, resident and mapped, in bytes.
  private static let modelBytes = 1_600_000_000

  var findings: [Finding] { [system, processor, memory, energy] }

  private var system: Finding {
    var parts = [facts.distribution?.name ?? "an unknown distribution"]
    if let release = facts.kernel.release { parts.append("Linux \(release)") }
    switch facts.container {
    case .other: parts.append("in a container")
    case let container?: parts.append("in a container (\(container.rawValue))")
    case nil: break
    }
    if facts.isVirtualMachine { parts.append("in a virtual machine") }
    return Finding(.machine, "system", .ok, parts.joined(separator: ", "))
  }

  private var processor: Finding {
    let processor = facts.processor
    let known = [
      ("avx2", "AVX2"), ("avx512f", "AVX-512"), ("avx_vnni", "AVX-VNNI"), ("avx512_vnni", "AVX-512 VNNI"),
      ("avx512_bf16", "AVX-512 BF16"), ("avx512_fp16", "AVX-512 FP16"), ("amx_bf16", "AMX BF16"),
      ("asimd", "NEON"), ("bf16", "BF16"), ("i8mm", "I8MM"), ("sve", "SVE"),
    ]
    let features = known.filter { processor.features.contains($0.0) }.map(\.1)
    let threads = "\(processor.threads) thread\(processor.threads == 1 ? "" : "s")"
    let text = ([processor.name ?? "an unnamed processor", threads] + features).joined(separator: ", ")
    // OpenVINO's fast kernels require AVX2 on x86, NEON on ARM.
    guard features.contains("AVX2") || features.contains("NEON") || processor.features.isEmpty else {
      return Finding(
        .machine, "processor", .warning, "\(text): without AVX2 recognition is slow",
        remedy: facts.isVirtualMachine
          ? "give the virtual machine the processor type 'host'" : "use a processor with AVX2")
    }
    return Finding(.machine, "processor", .ok, text)
  }

  private var memory: Finding {
    guard let memory = facts.memory else {
      return Finding(.machine, "memory", .note, "the amount of memory cannot be read")
    }
    let text = "\(gigabytes(memory.available)) of \(gigabytes(memory.total)) available"
    guard memory.available >= Self.modelBytes else {
      return Finding(
        .machine, "memory", .warning,
        "\(text): a full-size model needs \(gigabytes(Self.modelBytes))",
        remedy: "stop other programs, or give the machine more memory")
    }
    return Finding(.machine, "memory", .ok, text)
  }

  private var energy: Finding {
    switch facts.energy {
    case .allowed: Finding(.machine, "energy", .ok, "the processor's energy counter is readable")
    case nil: Finding(.machine, "energy", .note, "this machine shows no energy counter")
    case .forbidden, .blocked, .failed:
      Finding(
        .machine, "energy", .note,
        "only root may read the processor's energy counter; only energy measurements need it",
        remedy: EnergyMeter.remedy)
    }
  }
}

/// Formats bytes as gigabytes: "15.9 GB".
func gigabytes(_ bytes: Int) -> String {
  let tenths = bytes / 100_000_000
  return "\(tenths / 10).\(tenths % 10) GB"
}
