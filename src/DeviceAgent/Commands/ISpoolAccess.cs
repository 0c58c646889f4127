using System.Text.Json;

namespace DeviceAgent.Commands;

/// <summary>The spool as a command sees it: through the agent that has it open, or by opening its file.</summary>
internal interface ISpoolAccess : IAsyncDisposable
{
    /// <summary>Which of the two, for people.</summary>
    string Origin { get; }

    /// <summary>The spool's status; the names are those of <c>/v1/status</c>.</summary>
    Task<JsonElement> StatusAsync(CancellationToken cancellationToken);

    /// <summary>Readings that wait, as lines of NDJSON.</summary>
    IAsyncEnumerable<string> WaitingAsync(CancellationToken cancellationToken);

    /// <summary>Dead letters, as lines of NDJSON.</summary>
    IAsyncEnumerable<string> DeadLettersAsync(CancellationToken cancellationToken);

    /// <summary>Puts dead letters back, all when null; returns how many there were.</summary>
    Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken);
}
