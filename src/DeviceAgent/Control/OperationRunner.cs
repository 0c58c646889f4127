using System.Globalization;
using System.Text.Json;
using DeviceAgent.Diagnostics;
using DeviceAgent.Timing;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control;

/// <summary>
/// Carries out the operations that operators ask for, by job or by shadow. That one is being made is on disk before anything is done. Used by one
/// loop: one change at a time.
/// </summary>
internal sealed class OperationRunner(
    IEnumerable<IOperation> operations, ControlState state, AgentMetrics metrics, LoopWatch loops, TimeProvider time, ILogger<OperationRunner> logger)
{
    private const int LongestReason = 1024;

    private readonly Dictionary<string, IOperation> _operations = operations.ToDictionary(o => o.Name);
    private string? _step;

    /// <summary>Of the loop that makes the changes.</summary>
    public LoopPulse Pulse { get; } = loops.Pulse("remote control");

    /// <summary>Something worth reporting happened. Handlers must return at once.</summary>
    public event Action? Changed;

    public ExecutingChange? Executing => state.Record.Executing;

    /// <summary>How far the change that is being made has come.</summary>
    public string? Step => Volatile.Read(ref _step);

    public ChangeRecord? Last => state.Record.LastChange;

    /// <summary>Why an operation cannot be carried out; null when it is known.</summary>
    public ChangeOutcome? FindProblem(string operation) => _operations.ContainsKey(operation)
        ? null
        : ChangeOutcome.Rejected(ChangeCodes.UnknownOperation, Printable($"This agent does not know the operation '{operation}'; it knows {string.Join(", ", _operations.Keys.Order())}.")!);

    /// <summary>Has an operation carried out. Its end is remembered, together with what <paramref name="alsoNote"/> adds.</summary>
    /// <param name="change">What, and who wants it.</param>
    /// <param name="operation">The name of the operation.</param>
    /// <param name="arguments">For the operation.</param>
    /// <param name="progress">Is told of the steps.</param>
    /// <param name="alsoNote">What else is to be remembered of the end, in the same write.</param>
    /// <param name="cancellationToken">The agent stops.</param>
    public async Task<ChangeOutcome> RunAsync(
        ExecutingChange change, string operation, JsonElement arguments, IChangeProgress progress,
        Func<ControlRecord, ChangeOutcome, ControlRecord> alsoNote, CancellationToken cancellationToken)
    {
        try
        {
            var outcome = FindProblem(operation) ?? Begin(change) ?? await ExecuteAsync(change, operation, arguments, progress, cancellationToken).ConfigureAwait(false);
            End(change, outcome, r => alsoNote(r, outcome));
            return outcome;
        }
        finally
        {
            Volatile.Write(ref _step, null);
        }
    }

    /// <summary>Notes a change that ended as soon as it was looked at.</summary>
    public void End(ExecutingChange change, ChangeOutcome outcome, Func<ControlRecord, ControlRecord> alsoNote)
    {
        var end = new ChangeRecord(change.What, change.By, change.Reference, outcome, time.GetUtcNow());
        if (state.Note(r => alsoNote(r) with { LastChange = end, Executing = null }) is { } problem) logger.NotWritten(problem);
        metrics.ControlChanges.Add(1, new KeyValuePair<string, object?>(AgentMetrics.OutcomeTag, JsonNamingPolicy.CamelCase.ConvertName(outcome.Result.ToString())));
        if (outcome.Result == ChangeResult.Applied) logger.ChangeApplied(change.What, change.By, change.Reference);
        else logger.ChangeRefused(change.What, change.By, change.Reference, outcome.Result, outcome.Code, outcome.Reason);
        Changed?.Invoke();
    }

    /// <summary>A reason as it may be sent: one line, bounded.</summary>
    public static string? Printable(string? reason, int longest = LongestReason)
    {
        if (reason is null) return null;
        var line = string.Concat(reason.Select(c => char.GetUnicodeCategory(c) is >= UnicodeCategory.Control and <= UnicodeCategory.PrivateUse or UnicodeCategory.OtherNotAssigned ? ' ' : c));
        return line.Length <= longest ? line : line[..(longest - 3)] + "...";
    }

    /// <summary>Null when it may be done.</summary>
    private ChangeOutcome? Begin(ExecutingChange change)
    {
        logger.ChangeBegins(change.What, change.By, change.Reference);
        if (state.TryChange(r => r with { Executing = change }) is { } problem) return ChangeOutcome.Rejected(ChangeCodes.StateNotSaved, problem);
        Changed?.Invoke();
        return null;
    }

    private async Task<ChangeOutcome> ExecuteAsync(
        ExecutingChange change, string operation, JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken)
    {
        try
        {
            // It may wait for hours, for a reading that proves a role alias: what it waits for has pulses and limits of its own.
            ChangeOutcome outcome;
            using (Pulse.Waits()) outcome = await _operations[operation].ExecuteAsync(arguments, new Both(this, progress), cancellationToken).ConfigureAwait(false);
            _ = Pulse.WaitsFor(ControlLoop.LongestExchange);
            return outcome with { Reason = Printable(outcome.Reason) };
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // An operation that breaks its word must not end the control of the device.
            logger.ChangeFailed(e, change.What, change.By, change.Reference);
            return ChangeOutcome.Rejected(ChangeCodes.Unexpected, "The agent met a fault of its own; its log has the details.");
        }
    }

    private sealed class Both(OperationRunner runner, IChangeProgress other) : IChangeProgress
    {
        public void Reached(string step)
        {
            Volatile.Write(ref runner._step, step);
            runner.Changed?.Invoke();
            other.Reached(step);
        }
    }
}
