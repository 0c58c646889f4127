using System.Text;
using DeviceAgent.Readings;

namespace DeviceAgent.Tests.Readings;

public class ReadingJsonTests
{
    [Theory]
    [InlineData("""{"serial_number":"SN1","timestamp":"2015-02-02T14:19:00.000Z","t":23.70,"tiny":1E-130,"long":12345678901234567890123456789012345678,"s":"größe \" °C","b":true,"n":null,"l":[1,"x",[]],"m":{"x":1,"y":{}}}""")]
    [InlineData("""{"serial_number":"SN1","timestamp":"2015-02-02T14:19:00.000Z"}""")]
    public void Write_WhatWasRead_IsTheSameText(string json)
    {
        var sample = Read(json);
        var reading = new Reading(sample.SerialNumber!, sample.Timestamp!.Value, sample.Attributes);
        Assert.Equal(json, Encoding.UTF8.GetString(ReadingJson.Write(reading)));
    }

    [Fact]
    public void TryRead_NoKeys_LeavesThemOpen()
    {
        var sample = Read("""{"t":1}""");
        Assert.Null(sample.SerialNumber);
        Assert.Null(sample.Timestamp);
    }

    [Fact]
    public void TryRead_EpochTimestamp_IsTaken() =>
        Assert.Equal("2015-02-02T14:19:00.000Z", Read("""{"timestamp":1422886740}""").Timestamp!.Value.ToString());

    [Theory]
    [InlineData("{", "not JSON")]
    [InlineData("{\"t\":NaN}", "not JSON")]
    [InlineData("[1]", "object is expected")]
    [InlineData("{\"timestamp\":\"soon\"}", "is not a time")]
    [InlineData("{\"timestamp\":true}", "must be a text or a number")]
    [InlineData("{\"serial_number\":7}", "must be a string")]
    [InlineData("{\"a\":\"\\ud800\"}", "not valid text")]
    public void TryRead_BadLine_SaysWhy(string json, string expected)
    {
        Assert.Null(ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out var problem));
        Assert.Contains(expected, problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"Timestamp\":\"2026-01-05T10:00:00Z\",\"t\":1}", "'Timestamp' may be the time: write it timestamp, or call the attribute something else")]
    [InlineData("{\"TIMESTAMP\":1}", "'TIMESTAMP' may be the time: write it timestamp, or call the attribute something else")]
    [InlineData("{\"Serial_Number\":\"SN7\",\"t\":1}", "'Serial_Number' may be the serial number: write it serial_number, or call the attribute something else")]
    public void TryRead_KeyInAnotherCase_IsRefusedByName(string json, string expected)
    {
        Assert.Null(ReadingJson.TryRead(Encoding.UTF8.GetBytes(json), Incoming, out var problem));
        Assert.Equal(expected, problem);
        Assert.NotNull(ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out _));
    }

    [Fact]
    public void TryRead_KeyInAnotherCaseBesideTheKey_IsAnAttribute()
    {
        var sample = ReadingJson.TryRead("""{"timestamp":1422886740,"Timestamp":1,"serial_number":"a","Serial_number":2}"""u8.ToArray(), Incoming, out _);
        Assert.Equal(["Timestamp", "Serial_number"], sample!.Attributes.Select(a => a.Key));
    }

    private static readonly TimestampReader Incoming = new(TimestampUnit.Auto, null, TimeProvider.System);

    private static Sample Read(string json)
    {
        var sample = ReadingJson.TryReadStored(Encoding.UTF8.GetBytes(json), out var problem);
        Assert.Null(problem);
        return sample!;
    }
}
