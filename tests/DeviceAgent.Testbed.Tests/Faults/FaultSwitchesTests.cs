using DeviceAgent.Testbed.Faults;
using DeviceAgent.TestSupport;

namespace DeviceAgent.Testbed.Tests.Faults;

public sealed class FaultSwitchesTests
{
    private readonly FaultSwitches _faults = new(new Random(1));

    [Fact]
    public void TakeCredentials_NothingSet_IsNull() => Assert.Null(_faults.TakeCredentials());

    [Fact]
    public void TakeCredentials_WithoutCount_StaysForEver()
    {
        _faults.Set(new FaultSettings { Credentials = new CredentialsFault { Status = 503 } });

        for (var i = 0; i < 5; i++) Assert.Equal(503, _faults.TakeCredentials()?.Status);
    }

    [Fact]
    public void TakeCredentials_Counted_ClearsItself()
    {
        _faults.Set(new FaultSettings { CredentialsQuota = 7, Credentials = new CredentialsFault { Reset = true, Count = 2 } });

        Assert.NotNull(_faults.TakeCredentials());
        Assert.Equal(1, _faults.Current.Credentials?.Count);
        Assert.NotNull(_faults.TakeCredentials());
        Assert.Null(_faults.TakeCredentials());
        Assert.Equal(new FaultSettings { CredentialsQuota = 7 }, _faults.Current);
    }

    [Fact]
    public async Task TakeCredentials_ManyThreads_HitsExactlyAsCounted()
    {
        _faults.Set(new FaultSettings { Credentials = new CredentialsFault { Reset = true, Count = 500 } });

        var hits = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Enumerable.Range(0, 200).Count(_ => _faults.TakeCredentials() is not null))));

        Assert.Equal(500, hits.Sum());
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0.3, 200, 400)]
    [InlineData(1, 1000, 1000)]
    public void Take_Probability_HitsThatShare(double probability, int atLeast, int atMost)
    {
        _faults.Set(new FaultSettings { DynamoDb = new DynamoDbFaults { ServerError = new DynamoDbFault { Probability = probability } } });

        Assert.InRange(Enumerable.Range(0, 1000).Count(_ => _faults.Take(DynamoDbFaultKind.ServerError) is not null), atLeast, atMost);
    }

    [Fact]
    public void Take_ProbabilityAndCount_CountsHitsOnly()
    {
        _faults.Set(new FaultSettings { DynamoDb = new DynamoDbFaults { Throttle = new DynamoDbFault { Probability = 0.1, Count = 3 } } });

        Assert.Equal(3, Enumerable.Range(0, 1000).Count(_ => _faults.Take(DynamoDbFaultKind.Throttle) is not null));
    }

    [Theory]
    [InlineData(DynamoDbFaultKind.Throttle)]
    [InlineData(DynamoDbFaultKind.ServerError)]
    [InlineData(DynamoDbFaultKind.Delay)]
    [InlineData(DynamoDbFaultKind.DropAnswer)]
    [InlineData(DynamoDbFaultKind.Unprocessed)]
    internal void Take_OneKindSet_LeavesTheOthersAlone(DynamoDbFaultKind kind)
    {
        _faults.Set(new FaultSettings { DynamoDb = new DynamoDbFaults().With(kind, new DynamoDbFault { Count = 1 }) });

        Assert.All(Enum.GetValues<DynamoDbFaultKind>().Where(other => other != kind), other => Assert.Null(_faults.Take(other)));
        Assert.NotNull(_faults.Take(kind));
        Assert.Equal(new FaultSettings(), _faults.Current);
    }

    [Fact]
    public void CloudClock_Skewed_MovesTheTimeOfDayOnly()
    {
        var machine = new ManualTimeProvider();
        var cloud = new CloudClock(machine, _faults);
        var (now, timestamp) = (cloud.GetUtcNow(), cloud.GetTimestamp());

        _faults.Update(settings => settings with { ClockSkewSeconds = -600 });

        Assert.Equal(machine.GetUtcNow(), now);
        Assert.Equal(now - TimeSpan.FromMinutes(10), cloud.GetUtcNow());
        Assert.Equal(timestamp, cloud.GetTimestamp());
    }
}
