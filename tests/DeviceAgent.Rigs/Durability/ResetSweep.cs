using DeviceAgent.Rigs.Faults;
using DeviceAgent.Rigs.Support;
using DeviceAgent.Testbed.Hosting;

namespace DeviceAgent.Rigs.Durability;

/// <summary>
/// One upload after the other, each cut off after one more byte of its connection than the one before, until a cut comes too late to hit.
/// </summary>
internal sealed class ResetSweep : IAsyncDisposable
{
    /// <summary>More than one batch.</summary>
    private const int ReadingsPerUpload = 30;

    private const string Thing = "thermostat-01";
    private const string Serial = "SN1";

    private readonly Oracle _oracle = new();
    private readonly TestCloud _cloud;
    private readonly FaultProxy _proxy;
    private readonly AgentInProcess _agent;
    private long _next;

    private ResetSweep(TestCloud cloud, FaultProxy proxy, AgentInProcess agent)
    {
        _cloud = cloud;
        _proxy = proxy;
        _agent = agent;
    }

    /// <summary>Items that were sent more than once.</summary>
    public long SentAgain => _proxy.Puts - _oracle.Offered;

    public static async Task<ResetSweep> StartAsync()
    {
        var cloud = await TestCloud.StartAsync();
        var configuration = await cloud.DeviceAsync(Thing);
        var proxy = new FaultProxy(cloud.Cloud.Host.Url(Listener.DynamoDb));
        return new ResetSweep(cloud, proxy, await AgentInProcess.StartAsync(configuration, $"dynamoDbEndpoint={proxy.Url}"));
    }

    /// <summary>Cuts after 0, <paramref name="step"/>, 2 <paramref name="step"/>, ... bytes; returns how many cuts hit an upload.</summary>
    public async Task<int> RunAsync(Direction direction, Ending ending, int step)
    {
        for (var cuts = 0; ; cuts++)
        {
            if (!await UploadAsync(new ConnectionFault(direction, (long)cuts * step, ending))) return cuts;
        }
    }

    public async Task<Verdict> JudgeAsync() => _oracle.Judge(await _cloud.ItemsAsync(Thing));

    public async ValueTask DisposeAsync()
    {
        await _agent.DisposeAsync();
        await _proxy.DisposeAsync();
        await _cloud.DisposeAsync();
    }

    /// <summary>True when the fault hit.</summary>
    private async Task<bool> UploadAsync(ConnectionFault fault)
    {
        await _proxy.DropConnectionsAsync();
        var before = _proxy.Struck;
        _proxy.StrikeNext(fault);
        var readings = new List<(DateTimeOffset, string)>();
        for (var i = 0; i < ReadingsPerUpload; i++, _next++)
        {
            readings.Add((Oracle.TimeOf(_next), _oracle.Offer(Serial, _next)));
            _oracle.Owe(Serial, _next);
        }

        await _agent.AppendAsync(readings);
        await _agent.DrainAsync();
        _proxy.Heal();
        return _proxy.Struck > before;
    }
}
