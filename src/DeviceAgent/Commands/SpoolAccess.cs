using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using DeviceAgent.Diagnostics;
using DeviceAgent.Hosting;
using DeviceAgent.Local;
using DeviceAgent.Spool;
using DeviceAgent.Storage;
using Microsoft.Extensions.DependencyInjection;

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

/// <summary>The spool's file, opened while no agent runs: an agent that is started meanwhile is refused, as a second agent would be.</summary>
internal sealed class SpoolOnDisk : ISpoolAccess
{
    private readonly ServiceProvider _services;
    private readonly StateDirectory _held;
    private readonly ISpool _spool;

    private SpoolOnDisk(ServiceProvider services, StateDirectory held, string path)
    {
        (_services, _held) = (services, held);
        _spool = services.GetRequiredService<ISpool>();
        Origin = $"{path}, no agent runs";
    }

    public string Origin { get; }

    /// <exception cref="SpoolException">There is none, or it cannot be opened.</exception>
    public static async Task<SpoolOnDisk> OpenAsync(AgentOptions options)
    {
        var path = SpoolServiceCollectionExtensions.PathIn(options.StateDirectory);
        SpoolVerdict.Of(path);
        if (!Path.Exists(path) && !File.Exists(SpoolConnection.LogOf(path))) throw new SpoolException($"there is no spool '{path}': the agent has never run with this stateDirectory");
        var held = Hold(options.StateDirectory);
        var services = new ServiceCollection();
        services.AddSingleton(TimeProvider.System).AddLogging().AddAgentMetrics().AddSpool(options.StateDirectory, options.Spool, held, mayBeReplaced: false);
        var provider = services.BuildServiceProvider();
        try
        {
            var spool = new SpoolOnDisk(provider, held, path);
            return spool._spool.Status is { IsReadable: false, MemoryReason: var reason } ? throw new SpoolException($"the spool '{path}' cannot be read: {reason}") : spool;
        }
        catch (SpoolException)
        {
            await provider.DisposeAsync().ConfigureAwait(false);
            held.Dispose();
            throw;
        }
    }

    private static StateDirectory Hold(string stateDirectory)
    {
        try
        {
            return StateDirectory.Open(stateDirectory);
        }
        catch (StateDirectoryInUseException e)
        {
            throw new SpoolException(e.Message, e);
        }
    }

    public Task<JsonElement> StatusAsync(CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            SpoolJson.Write(json, _spool.Status);
            json.WriteEndObject();
        }

        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return Task.FromResult(document.RootElement.Clone());
    }

    public IAsyncEnumerable<string> WaitingAsync(CancellationToken cancellationToken) => TextAsync(ReadingExport.WaitingAsync(_spool, cancellationToken), cancellationToken);

    public IAsyncEnumerable<string> DeadLettersAsync(CancellationToken cancellationToken) => TextAsync(ReadingExport.DeadLettersAsync(_spool, cancellationToken), cancellationToken);

    public Task<int> RequeueAsync(IReadOnlyCollection<long>? ids, CancellationToken cancellationToken) => _spool.RequeueAsync(ids, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync().ConfigureAwait(false);
        _held.Dispose();
    }

    private static async IAsyncEnumerable<string> TextAsync(IAsyncEnumerable<ReadOnlyMemory<byte>> lines, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var line in lines.WithCancellation(cancellationToken).ConfigureAwait(false)) yield return Encoding.UTF8.GetString(line.Span[..^1]);
    }
}
