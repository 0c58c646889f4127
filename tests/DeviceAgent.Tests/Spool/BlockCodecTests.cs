using System.Text;
using DeviceAgent.Spool;

namespace DeviceAgent.Tests.Spool;

public sealed class BlockCodecTests
{
    private static readonly SpoolRow[] Rows =
    [
        new(7, SpoolClass.Low, 1_772_366_400_000, "boot", 42, Encoding.UTF8.GetBytes("""{"t":1}""")),
        new(8, SpoolClass.Critical, null, "boot", 41, Encoding.UTF8.GetBytes("""{"t":2}""")),
        new(1_000_000, SpoolClass.Normal, -62_135_596_800_000, "boot", null, default),
        new(1_000_001, SpoolClass.Normal, 253_402_300_799_999, "boot", 1L << 47, Encoding.UTF8.GetBytes(new string('x', 5000))),
    ];

    [Theory]
    [InlineData(7)]
    [InlineData(1)]
    public void Decode_WhatWasEncoded_IsTheSame(long key)
    {
        var decoded = BlockCodec.Decode(key, BlockCodec.Encode(new ReadingBlock(key, Rows)));
        Assert.Equal(Rows.Select(Facts), decoded.Rows.Select(Facts));
        Assert.Equal(key, decoded.Key);
    }

    [Fact]
    public void TryDecode_AnyByteChanged_IsNothing()
    {
        var stored = BlockCodec.Encode(new ReadingBlock(7, Rows));
        for (var i = 0; i < stored.Length; i++)
        {
            stored[i] ^= 0x10;
            Assert.Null(BlockCodec.TryDecode(7, stored));
            stored[i] ^= 0x10;
        }

        Assert.NotNull(BlockCodec.TryDecode(7, stored));
        Assert.Null(BlockCodec.TryDecode(8, stored));
        Assert.Null(BlockCodec.TryDecode(7, null));
        Assert.Null(BlockCodec.TryDecode(7, stored[..4]));
    }

    /// <summary>With a checksum that fits, as somebody else could have written it.</summary>
    [Fact]
    public void TryDecode_NumbersOrTimesThatNobodyWrites_IsNothing()
    {
        Assert.Null(Coded(Rows[0] with { Timestamp = 253_402_300_800_000 }));
        Assert.Null(Coded(Rows[0] with { Mono = -1 }));
        Assert.Null(Coded(Rows[0], Rows[1] with { Sequence = 7 }));
        Assert.Null(Coded(Rows[0], Rows[1] with { Sequence = 6 }));
        Assert.NotNull(Coded(Rows[0], Rows[1]));
    }

    private static ReadingBlock? Coded(params SpoolRow[] rows) => BlockCodec.TryDecode(7, BlockCodec.Encode(new ReadingBlock(7, rows)));

    private static (long, SpoolClass, long?, string, long?, string) Facts(SpoolRow row) => (row.Sequence, row.Class, row.Timestamp, row.BootId, row.Mono, Encoding.UTF8.GetString(row.Payload.Span));
}
