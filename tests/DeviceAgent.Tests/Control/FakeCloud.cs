using System.Text.Json.Nodes;
using DeviceAgent.Mqtt;

namespace DeviceAgent.Tests.Control;

/// <summary>AWS IoT's shadow and jobs for one thing, in memory, and the broker before them.</summary>
internal sealed class FakeCloud
{
    public const string Prefix = "$aws/things/boiler-07";

    private readonly Lock _gate = new();
    private readonly List<FakeMqttClient> _clients = [];
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public FakeCloud()
    {
        Shadow = new FakeShadow(this);
        Jobs = new FakeJobs(this);
    }

    public FakeShadow Shadow { get; }

    public FakeJobs Jobs { get; }

    public bool IsUp { get; private set; } = true;

    /// <summary>Parts of filters that the policy does not allow.</summary>
    public List<string> RefusedFilters { get; } = [];

    public List<string> RefusedPublishes { get; } = [];

    /// <summary>What ends the connection without a word, as a publish that is not allowed does under MQTT 3.1.1.</summary>
    public List<string> FatalPublishes { get; } = [];

    public List<string> FatalFilters { get; } = [];

    /// <summary>Called with each message before it is acted on; false loses it.</summary>
    public Func<string, string, bool> OnMessage { get; set; } = (_, _) => true;

    /// <summary>Called after a message was acted on and before the answer; false loses the answer.</summary>
    public Func<string, bool> OnAnswer { get; set; } = _ => true;

    /// <summary>Changes the text of what is sent to the device: JSON that no writer of ours writes.</summary>
    public Func<string, string> Rewrite { get; set; } = text => text;

    public FakeMqttClient Connect()
    {
        var client = new FakeMqttClient(this);
        lock (_gate) _clients.Add(client);
        return client;
    }

    public void Forget(FakeMqttClient client)
    {
        lock (_gate) _clients.Remove(client);
    }

    public void Receive(FakeMqttClient client, string topic, string payload)
    {
        if (RefusedPublishes.Contains(topic) || !OnMessage(topic, payload)) return;
        var request = JsonNode.Parse(payload)!.AsObject();
        List<(string Topic, JsonObject Payload)> answers;
        lock (_gate) answers = topic.Contains("/shadow/", StringComparison.Ordinal) ? Shadow.Handle(topic, request) : Jobs.Handle(topic, request);
        var arrives = OnAnswer(topic);
        foreach (var (to, answer) in answers.Where(a => arrives || !a.Topic.StartsWith(topic, StringComparison.Ordinal))) client.Deliver(to, Rewrite(answer.ToJsonString()));
        Signal();
    }

    public void Publish(string topic, JsonObject payload)
    {
        foreach (var client in Clients().Where(c => c.IsConnected)) client.Deliver(topic, Rewrite(payload.ToJsonString()));
        Signal();
    }

    public void Subscribed() => Signal();

    public async Task UpAsync(bool sessionPresent = false)
    {
        IsUp = true;
        foreach (var client in Clients()) await client.ComeUpAsync(sessionPresent);
    }

    public async Task DownAsync(MqttDisconnectReason reason = MqttDisconnectReason.ConnectionLost)
    {
        IsUp = false;
        foreach (var client in Clients()) await client.GoDownAsync(reason);
    }

    /// <summary>Waits until something is so; looked at whenever something has happened here.</summary>
    public async Task WaitAsync(Func<bool> condition, string what)
    {
        while (true)
        {
            Task changed;
            lock (_gate)
            {
                changed = _changed.Task;
                if (condition()) return;
            }

            try
            {
                await changed.WaitAsync(TimeSpan.FromSeconds(20));
            }
            catch (TimeoutException)
            {
                Assert.Fail($"in vain: {what}. Shadow: {Shadow}. Jobs: {Jobs}");
            }
        }
    }

    public void Signal()
    {
        lock (_gate)
        {
            var changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.SetResult();
        }
    }

    public T Locked<T>(Func<T> read)
    {
        lock (_gate) return read();
    }

    private List<FakeMqttClient> Clients()
    {
        lock (_gate) return [.. _clients];
    }
}
