using System.Runtime.CompilerServices;
using DeviceAgent.Timing;

namespace DeviceAgent.Readings.Sources;

/// <summary>Nothing that the agent reads itself, and no end of it: other programs hand in readings.</summary>
internal sealed class NoSource(LoopPulse pulse, TimeProvider time) : ISource
{
    public async IAsyncEnumerable<Sample> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using (pulse.Waits()) await Task.Delay(Timeout.InfiniteTimeSpan, time, cancellationToken).ConfigureAwait(false);
        yield break;
    }
}
