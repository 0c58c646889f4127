using System.Text.Json;
using DeviceAgent.Diagnostics;
using DeviceAgent.Settings;
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

    /// <summary>Why an operation cannot be carried out; null when it is known, and all that it is given, too.</summary>
    /// <param name="operation">Its name.</param>
    /// <param name="document">What it is given, an object.</param>
    public ChangeOutcome? FindProblem(string operation, JsonElement document)
    {
        if (!_operations.TryGetValue(operation, out var known))
            return ChangeOutcome.Rejected(ChangeCodes.UnknownOperation, $"This agent does not know the operation '{operation}'; it knows {string.Join(", ", _operations.Keys.Order())}{Ended(Spelling.Hint(operation, _operations.Keys))}");
        string[] arguments = [.. OperationNames.EveryDocument, .. known.Arguments];
        var unknown = document.EnumerateObject().Select(p => p.Name).Where(n => !arguments.Contains(n)).Select(n => $"\"{n}\" is nothing that the operation {operation} knows{Ended(Spelling.Hint(n, arguments))}").ToList();
        return unknown.Count == 0 ? null : ChangeOutcome.Rejected(ChangeCodes.InvalidArgument, $"{string.Join(" ", unknown)} It knows {string.Join(", ", arguments)}.");
    }

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
            // What an earlier run has done before it was killed is not nothing.
            var isResumed = Executing is { } before && (before.What, before.By) == (change.What, change.By) && (change.By == ChangeOrigin.Shadow || before.Reference == change.Reference);
            var outcome = FindProblem(operation, arguments) ?? Begin(change) ?? await ExecuteAsync(change, operation, arguments, progress, cancellationToken).ConfigureAwait(false);
            if (isResumed && outcome.IsUnchanged) outcome = ChangeOutcome.Applied;
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
        // A report changes nothing: what did is still what people look for.
        var end = new ChangeRecord(change.What, change.By, change.Reference, outcome, time.GetUtcNow());
        if (state.Note(r => alsoNote(r) with { LastChange = change.What == OperationNames.Report ? r.LastChange : end, Executing = null }) is { } problem) logger.NotWritten(problem);
        metrics.ControlChanges.Add(1, new KeyValuePair<string, object?>(AgentMetrics.OutcomeTag, outcome.Name));
        if (outcome.IsUnchanged) logger.ChangeHadNoEffect(change.What, change.By, change.Reference, outcome.Reason);
        else if (outcome.Result == ChangeResult.Applied) logger.ChangeApplied(change.What, change.By, change.Reference);
        else logger.ChangeRefused(change.What, change.By, change.Reference, outcome.Result, outcome.Code, outcome.Reason);
        Changed?.Invoke();
    }

    private static string Ended(string hint) => hint.Length == 0 ? "." : hint;

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
            return outcome;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            // An operation that breaks its word must not end the control of the device.
            logger.ChangeFailed(e, change.What, change.By, change.Reference);
            return ChangeOutcome.Unexpected;
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
