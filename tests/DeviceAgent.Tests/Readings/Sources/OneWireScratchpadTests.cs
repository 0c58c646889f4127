using DeviceAgent.Readings.Sources;

namespace DeviceAgent.Tests.Readings.Sources;

public class OneWireScratchpadTests
{
    [Theory]
    [InlineData("72 01 4b 46 7f ff 0e 10 57 : crc=57 YES\n72 01 4b 46 7f ff 0e 10 57 t=23125\n", "23.125")]
    [InlineData("5e ff 4b 46 7f ff 02 10 b6 : crc=b6 YES\n5e ff 4b 46 7f ff 02 10 b6 t=-10125\n", "-10.125")]
    public void Read_SoundScratchpad_GivesTheTemperature(string text, string expected)
    {
        var result = OneWireScratchpad.Read(text.Trim());
        Assert.Null(result.Problem);
        Assert.Equal(expected, result.Value!.Value.ToString(null, null));
    }

    [Theory]
    [InlineData("50 05 4b 46 7f ff 0c 10 1c : crc=1c YES\n50 05 4b 46 7f ff 0c 10 1c t=85000", "power-on value")]
    [InlineData("00 00 00 00 00 00 00 00 00 : crc=00 YES\n00 00 00 00 00 00 00 00 00 t=0", "shorted")]
    [InlineData("ff ff ff ff ff ff ff ff ff : crc=c9 NO\n72 01 4b 46 7f ff 0e 10 57 t=-62", "CRC failure")]
    [InlineData("72 01 4b 46 7f ff 0e 10 58 : crc=58 YES\n72 01 4b 46 7f ff 0e 10 58 t=23125", "CRC does not match")]
    [InlineData("", "nothing was read")]
    [InlineData("72 01 4b", "form")]
    public void Read_ScratchpadThatCannotBeTrusted_SaysWhy(string text, string expected) =>
        Assert.Contains(expected, OneWireScratchpad.Read(text).Problem, StringComparison.Ordinal);

    [Theory]
    [InlineData(127_937, "not enough power")]
    [InlineData(126_000, "outside the physical range of -55 to 125 °C")]
    [InlineData(-56_000, "outside the physical range of -55 to 125 °C")]
    public void Read_ImpossibleTemperature_SaysWhy(int milli, string expected)
    {
        byte[] bytes = [0x72, 0x01, 0x4b, 0x46, 0x7f, 0xff, 0x0e, 0x10, 0];
        bytes[8] = OneWireScratchpad.Crc8(bytes.AsSpan(0, 8));
        var hex = string.Join(' ', bytes.Select(b => b.ToString("x2", null)));
        Assert.Contains(expected, OneWireScratchpad.Read($"{hex} : crc={bytes[8]:x2} YES\n{hex} t={milli}").Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_True85Degrees_IsTaken()
    {
        byte[] bytes = [0x50, 0x05, 0x4b, 0x46, 0x7f, 0xff, 0x10, 0x10, 0];
        bytes[8] = OneWireScratchpad.Crc8(bytes.AsSpan(0, 8));
        var hex = string.Join(' ', bytes.Select(b => b.ToString("x2", null)));
        Assert.Equal(85m, OneWireScratchpad.Read($"{hex} : crc={bytes[8]:x2} YES\n{hex} t=85000").Value);
    }

    [Theory]
    [InlineData("72 01 4b 46 7f ff 0e 10 57 : crc=00 NO\n72 01 4b 46 7f ff 0e 10 57 t=23,5")]
    [InlineData("72 01 4b 46 7f ff 0e 10 57 : crc=00 NO")]
    public void Read_BadCrcInATextOfAnotherForm_NamesTheCrc(string text) => Assert.Equal("CRC failure on the bus", OneWireScratchpad.Read(text).Problem);
}
