using System.Runtime.CompilerServices;
using DeviceAgent.Readings;

namespace DeviceAgent.IntegrationTests.Durability;

/// <summary>A source that has nothing to say and does not end.</summary>
internal sealed class SilentSource : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);
        yield break;
    }
}
