using System.Collections.Concurrent;

namespace DeviceAgent.Tests.Control.Cloud;

public sealed class IotConnectionTests : IAsyncDisposable
{
    private readonly ControlRig _rig = new();

    public ValueTask DisposeAsync() => _rig.DisposeAsync();

    [Fact]
    public async Task LostSession_EachFilterIsSubscribedToOnce()
    {
        var asked = new ConcurrentBag<string>();
        _rig.Cloud.OnMessage = (topic, _) =>
        {
            asked.Add(topic);
            return true;
        };
        await _rig.StartReportedAsync();
        await _rig.Cloud.WaitAsync(() => HasAskedForAll(asked), "shadow and jobs");
        var granted = _rig.Client.Granted;
        Assert.Equal(granted, _rig.Client.Subscribes.Order(StringComparer.Ordinal));

        await _rig.Cloud.DownAsync();
        _rig.Client.Subscribes.Clear();
        asked.Clear();
        await _rig.Cloud.UpAsync(sessionPresent: false);
        await _rig.Cloud.WaitAsync(() => HasAskedForAll(asked), "shadow and jobs again");
        Assert.Equal(granted, _rig.Client.Subscribes.Order(StringComparer.Ordinal));
    }

    private static bool HasAskedForAll(ConcurrentBag<string> asked) =>
        asked.Any(t => t.EndsWith("/update", StringComparison.Ordinal)) && asked.Any(t => t.EndsWith("/get", StringComparison.Ordinal)) && asked.Any(t => t.EndsWith("/start-next", StringComparison.Ordinal));
}
