using DeviceAgent.Testbed.Broker.Codec;


namespace DeviceAgent.Testbed.Tests.Broker.Codec;

/// <summary>Every property in every packet, against the table of the standard written out once more.</summary>
public class PropertyTests
{
    // Packets: C connect, W will, A connack, P publish, R pubrec and the like, S subscribe, s suback, U unsubscribe, u unsuback, D disconnect, X auth.
    private static readonly (byte Id, string Value, string Packets)[] Table =
    [
        (0x01, "00", "PW"), (0x02, "00000001", "PW"), (0x03, "0001 61", "PW"), (0x08, "0001 61", "PW"), (0x09, "0001 00", "PW"), (0x0B, "01", "PS"),
        (0x11, "00000001", "CAD"), (0x12, "0001 61", "A"), (0x13, "0001", "A"), (0x15, "0001 61", "CAX"), (0x17, "01", "C"), (0x18, "00000001", "W"),
        (0x19, "01", "C"), (0x1A, "0001 61", "A"), (0x1C, "0001 61", "AD"), (0x1F, "0001 61", "ARsuDX"), (0x21, "0001", "CA"), (0x22, "0000", "CA"),
        (0x23, "0001", "P"), (0x24, "01", "A"), (0x25, "01", "A"), (0x26, "0001 61 0001 62", "CWAPRSsUuDX"), (0x27, "00000001", "CA"), (0x28, "01", "A"),
        (0x29, "01", "A"), (0x2A, "01", "A"),
    ];

    public static TheoryData<char> Packets() => [.. "CWAPRSsUuDX"];

    [Theory]
    [MemberData(nameof(Packets))]
    public void Decode_EveryProperty_IsTakenWhereTheStandardHasIt(char packet)
    {
        foreach (var (id, value, packets) in Table)
        {
            var bytes = Packet(packet, $"{id:X2} {value}");
            if (packets.Contains(packet))
            {
                Assert.Equal(bytes, Wire.Encode(Wire.Decode(bytes)));
                continue;
            }

            var e = Assert.Throws<ProtocolException>(() => Wire.Decode(bytes));
            Assert.True(e.ReasonCode == ReasonCode.MalformedPacket, $"0x{id:X2} in {packet}");
        }
    }

    [Theory]
    [MemberData(nameof(Packets))]
    public void Decode_EveryPropertyTwice_IsRefusedUnlessItMayRepeat(char packet)
    {
        foreach (var (id, value, packets) in Table.Where(t => t.Packets.Contains(packet)))
        {
            var bytes = Packet(packet, $"{id:X2} {value} {id:X2} {value}");
            if (id == 0x26 || (id == 0x0B && packet == 'P')) Assert.Equal(bytes, Wire.Encode(Wire.Decode(bytes)));
            else Assert.Equal(ReasonCode.ProtocolError, Assert.Throws<ProtocolException>(() => Wire.Decode(bytes)).ReasonCode);
        }
    }

    [Fact]
    public void OwnersOf_NumbersThatAreNoProperty_IsNone()
    {
        var known = Table.Select(t => (int)t.Id).Append(0x16).ToHashSet();
        for (var id = 0; id < 256; id++) Assert.Equal(known.Contains(id), PropertyRules.OwnersOf((PropertyId)id) != PropertyOwner.None);
    }

    private static byte[] Packet(char packet, string properties)
    {
        var inner = Wire.Hex(properties);
        byte[] block = [(byte)inner.Length, .. inner];
        const string connect = "0004 4D515454 05";
        (byte First, byte[] Body) it = packet switch
        {
            'C' => (0x10, [.. Wire.Hex($"{connect} 02 003C"), .. block, .. Wire.Hex("0000")]),
            'W' => (0x10, [.. Wire.Hex($"{connect} 06 003C 00 0000"), .. block, .. Wire.Hex("0001 61 0000")]),
            'A' => (0x20, [.. Wire.Hex("00 00"), .. block]),
            'P' => (0x30, [.. Wire.Hex("0001 61"), .. block]),
            'R' => (0x40, [.. Wire.Hex("0001 00"), .. block]),
            'S' => (0x82, [.. Wire.Hex("0001"), .. block, .. Wire.Hex("0001 61 00")]),
            's' => (0x90, [.. Wire.Hex("0001"), .. block, 0]),
            'U' => (0xA2, [.. Wire.Hex("0001"), .. block, .. Wire.Hex("0001 61")]),
            'u' => (0xB0, [.. Wire.Hex("0001"), .. block, 0]),
            'D' => (0xE0, [0, .. block]),
            _ => (0xF0, [0, .. block]),
        };
        return [it.First, (byte)it.Body.Length, .. it.Body];
    }
}
