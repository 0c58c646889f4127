using DeviceAgent.Rigs.Faults;
using DeviceAgent.Testbed.Faults;

namespace DeviceAgent.Rigs.Durability;

/// <summary>A cloud and a network that go wrong at random.</summary>
internal sealed class CloudTroubles(FaultSwitches cloud, FaultProxy network, Random random)
{
    private readonly Lock _gate = new();

    /// <summary>From now on every other connection is spoiled, and the cloud does a few things wrong, other ones at each call.</summary>
    public void Stir()
    {
        network.SetScript(() =>
        {
            lock (_gate) return random.Next(2) == 0 ? ConnectionFault.AnyOf(random) : null;
        });
        lock (_gate)
        {
            cloud.Set(new FaultSettings
            {
                Credentials = random.Next(4) == 0 ? new CredentialsFault { Status = 500 + random.Next(4), Count = random.Next(1, 3) } : null,
                DynamoDb = new DynamoDbFaults
                {
                    Throttle = Sometimes(0.3),
                    ServerError = Sometimes(0.2),
                    DropAnswer = Sometimes(0.2),
                    Unprocessed = Sometimes(0.3),
                    Delay = random.Next(2) == 0 ? new DynamoDbFault(0.2, Milliseconds: random.Next(1, 300)) : null,
                },
            });
        }
    }

    /// <summary>All is well again.</summary>
    public void End()
    {
        cloud.Clear();
        network.Heal();
    }

    private DynamoDbFault? Sometimes(double most) => random.Next(2) == 0 ? new DynamoDbFault(random.NextDouble() * most) : null;
}
