using System.Text.Json;
using DeviceAgent.Control;

namespace DeviceAgent.Tests.Control;

/// <summary>A role alias rotation that ends as the test says.</summary>
internal sealed class FakeRotation : IOperation
{
    private readonly Lock _gate = new();

    public string Name => "rotate-role-alias";

    public IReadOnlyList<string> Arguments => ["roleAlias"];

    public string Alias { get; private set; } = "fleet-ddb";

    /// <summary>Each alias that was asked for.</summary>
    public List<string> Asked { get; } = [];

    /// <summary>How it ends, by alias; applied when it is not here.</summary>
    public Dictionary<string, ChangeOutcome> Outcomes { get; } = [];

    /// <summary>What it waits for after its first step.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Called where it may be killed: before and after the effect.</summary>
    public Action<string> At { get; set; } = _ => { };

    public async Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken)
    {
        if (!arguments.TryGetProperty("roleAlias", out var value) || value.ValueKind != JsonValueKind.String)
            return ChangeOutcome.Rejected("invalidArgument", "roleAlias must be a text");
        var alias = value.GetString()!;
        lock (_gate) Asked.Add(alias);
        At("begin");
        progress.Reached("fetching");
        await Gate.WaitAsync(cancellationToken);
        progress.Reached("committed");
        var outcome = Outcomes.GetValueOrDefault(alias) ?? ChangeOutcome.Applied;
        if (outcome.Result == ChangeResult.Applied) Alias = alias;
        At("end");
        return outcome;
    }
}
