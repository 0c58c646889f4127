using Xunit.Abstractions;

namespace DeviceAgent.Testbed.Tests.Broker.Codec;

/// <summary>scripts/fuzz-mqtt.sh runs many more, from another seed each time.</summary>
public class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Decode_MutatedPackets_ThrowsNothingButProtocolExceptions()
    {
        var count = long.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_PACKETS") ?? "200000");
        var seed = int.Parse(Environment.GetEnvironmentVariable("MQTT_FUZZ_SEED") ?? "20260301");
        var fuzzer = new PacketFuzzer(seed);
        fuzzer.Run(count);
        var summary = $"seed {seed}: {count} packets, {fuzzer.Accepted} accepted, {fuzzer.Refused} refused, {fuzzer.Incomplete} incomplete";
        output.WriteLine(summary);
        // Nearly right means that all three happen, each often.
        Assert.True(Math.Min(fuzzer.Accepted, Math.Min(fuzzer.Refused, fuzzer.Incomplete)) > count / 50, summary);
    }
}
