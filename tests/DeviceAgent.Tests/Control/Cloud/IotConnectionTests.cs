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
        await _rig.Cloud.WaitAsync(() => HasAskedFor(asked, "/get", "/update", "/start-next"), "shadow and jobs");
        var granted = _rig.Client.Granted;
        Assert.Equal(granted, _rig.Client.Subscribes.Order(StringComparer.Ordinal));

        await _rig.Cloud.DownAsync();
        _rig.Client.ForgetSubscribes();
        asked.Clear();
        await _rig.Cloud.UpAsync(sessionPresent: false);
        await _rig.Cloud.WaitAsync(() => HasAskedFor(asked, "/get", "/start-next"), "shadow and jobs again");
        Assert.Equal(granted, _rig.Client.Subscribes.Order(StringComparer.Ordinal));
    }

    private static bool HasAskedFor(ConcurrentBag<string> asked, params string[] ends) => ends.All(end => asked.Any(t => t.EndsWith(end, StringComparison.Ordinal)));
}
