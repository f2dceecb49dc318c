/// A device on the PCI bus.
public struct PCIDevice: Sendable, Equatable {
  /// The address on the bus: "0000:00:0b.0".
  public let address: String
  /// The vendor and device IDs.
  public let vendor, device: UInt32
  /// The class, subclass and interface, eight bits each.
  public let kind: UInt32

  /// Intel's vendor ID.
  public static let intel: UInt32 = 0x8086

  /// True for Intel's graphics: display controllers of any subclass.
  var isIntelGPU: Bool { vendor == Self.intel && kind >> 16 == 0x03 }

  /// True for a known NPU or another processing accelerator of Intel's.
  var isIntelAccelerator: Bool {
    vendor == Self.intel && (kind >> 8 == 0x1200 || NPUGeneration(device: device) != nil)
  }

  /// The vendor and device IDs in hexadecimal digits: "8086:ad1d".
  var identifier: String { "\(Self.hexadecimal(vendor)):\(Self.hexadecimal(device))" }

  private static func hexadecimal(_ number: UInt32) -> String {
    let digits = String(number, radix: 16)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

/// The known NPUs by device ID, as listed by Linux (`drivers/accel/ivpu/ivpu_drv.h`).
enum NPUGeneration: UInt32, Sendable, CaseIterable {
  case meteorLake = 0x7d1d
  case arrowLake = 0xad1d
  case lunarLake = 0x643e
  case pantherLake = 0xb03e
  case wildcatLake = 0xfd3e
  case novaLake = 0xd71d

  init?(device: UInt32) {
    self.init(rawValue: device)
  }

  var name: String {
    switch self {
    case .meteorLake: "Meteor Lake"
    case .arrowLake: "Arrow Lake"
    case .lunarLake: "Lunar Lake"
    case .pantherLake: "Panther Lake"
    case .wildcatLake: "Wildcat Lake"
    case .novaLake: "Nova Lake"
    }
  }

  /// The NPU's architecture, as in the firmware's file names.
  var architecture: String {
    switch self {
    case .meteorLake, .arrowLake: "37xx"
    case .lunarLake: "40xx"
    case .pantherLake, .wildcatLake: "50xx"
    case .novaLake: "60xx"
    }
  }
}
