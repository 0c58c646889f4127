using System.Globalization;
using System.Text.Json;

namespace DeviceAgent.Commands;

/// <summary>The spool of a running agent, through its socket.</summary>
internal sealed class SpoolOfAgent(AgentClient agent) : ISpoolAccess
{
    public string Origin => $"the running agent, by {agent.Socket}";

    public async Task<JsonElement> StatusAsync(CancellationToken cancellationToken) =>
        (await agent.GetAsync("/v1/status", cancellationToken).ConfigureAwait(false)).GetProperty("spool");

    public IAsyncEnumerable<string> WaitingAsync(CancellationToken cancellationToken) => agent.LinesAsync("/v1/spool/export", cancellationToken);

    public IAsyncEnumerable<string> DeadLettersAsync(CancellationToken cancellationToken) => agent.LinesAsync("/v1/dead-letters", cancellationToken);

    public async Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken)
    {
        var body = ids is null ? """{"all":true}""" : $"{{\"ids\":[{string.Join(',', ids.Select(i => i.ToString(CultureInfo.InvariantCulture)))}]}}";
        return (await agent.PostAsync("/v1/dead-letters/requeue", body, cancellationToken).ConfigureAwait(false)).GetProperty("requeued").GetInt32();
    }

    public ValueTask DisposeAsync()
    {
        agent.Dispose();
        return ValueTask.CompletedTask;
    }
}
