using DeviceAgent.Upload;

namespace DeviceAgent.Tests.Upload;

public class RetryDelayTests
{
    private static readonly TimeSpan Parked = TimeSpan.FromMinutes(2);

    [Fact]
    public void Next_TransientFaults_DoubleUpToFiveMinutes()
    {
        var delay = new RetryDelay(Parked, new Longest());
        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], Enumerable.Range(0, 11).Select(_ => (int)Math.Round(delay.Next(FaultKind.Transient).TotalSeconds)));
        delay.Reset();
        Assert.Equal(1, delay.Next(FaultKind.Transient).TotalSeconds, 3);
    }

    [Fact]
    public void Next_TransientFault_IsAnywhereBelowTheBound()
    {
        var delays = Enumerable.Range(0, 200).Select(seed => new RetryDelay(Parked, new Random(seed)).Next(FaultKind.Transient).TotalSeconds).ToList();
        Assert.All(delays, d => Assert.InRange(d, 0, 1));
        Assert.True(delays.Min() < 0.1 && delays.Max() > 0.9);
    }

    [Fact]
    public void Next_Parked_IsMinutes() =>
        Assert.All(Enumerable.Range(0, 50), seed => Assert.InRange(new RetryDelay(Parked, new Random(seed)).Next(FaultKind.Parked).TotalMinutes, 2, 3));

    [Fact]
    public void Next_NoCredentials_StaysShort()
    {
        var delay = new RetryDelay(Parked, new Longest());
        Assert.Equal(15, Enumerable.Range(0, 20).Max(_ => delay.Next(FaultKind.NoCredentials).TotalSeconds), 3);
    }

    private sealed class Longest : Random
    {
        public Longest() : base(0)
        {
        }

        protected override double Sample() => 0.999999;

        public override double NextDouble() => 0.999999;
    }
}
