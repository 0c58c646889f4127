using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using DeviceAgent.Credentials.Text;
using DeviceAgent.Settings;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Control.Shadow;

/// <summary>
/// Brings the device to the desired state. A key is dealt with once for each time that it is written: what was refused is not tried
/// again, and what a job changed since is not changed back.
/// </summary>
internal sealed class DesiredReconciler(OperationRunner runner, ControlState state, IRemoteSettings settings, ActiveRoleAlias alias, ILogger<DesiredReconciler> logger)
{
    public const string RoleAlias = "roleAlias";

    private const string SettingsChange = "settings";
    private const int LongestReason = HandledValue.LongestRejection;

    /// <summary>The same, and whatever is in the document, it ends: with the outcome «unexpected» in the worst case, so that the next document and the jobs get their turn.</summary>
    /// <exception cref="OperationCanceledException">The agent stops; what was not dealt with is found again.</exception>
    public async Task GuardAsync(ShadowDocument document, CancellationToken cancellationToken)
    {
        try
        {
            await ReconcileAsync(document, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var change = Change(SettingsChange, document);
            logger.ChangeFailed(e, change.What, change.By, change.Reference);
            runner.End(change, ChangeOutcome.Unexpected, r => r);
        }
    }

    /// <exception cref="OperationCanceledException">The agent stops; what was not dealt with is found again.</exception>
    public async Task ReconcileAsync(ShadowDocument document, CancellationToken cancellationToken)
    {
        ForgetOvertaken(document);
        var handled = state.Record.Handled;
        var fresh = document.Desired.Where(d => handled.GetValueOrDefault(d.Key)?.Is(d.Value) != true).ToDictionary();
        var gone = handled.Keys.Where(k => !document.Desired.ContainsKey(k)).ToHashSet();
        if (gone.Any(k => k != RoleAlias) || fresh.Any(d => d.Key != RoleAlias || d.Value.Problem is not null)) ReconcileSettings(document, fresh, gone);
        if (fresh.TryGetValue(RoleAlias, out var wanted) && wanted.Problem is null) await RotateAsync(document, wanted, cancellationToken).ConfigureAwait(false);
        else if (gone.Contains(RoleAlias)) await GoBackAsync(document, handled[RoleAlias], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What a job has changed since was taken out of the shadow: that is no wish to go back to what was before.</summary>
    private void ForgetOvertaken(ShadowDocument document)
    {
        bool IsGone(KeyValuePair<string, HandledValue> handled) => handled.Value.OvertakenBy is not null && !document.Desired.ContainsKey(handled.Key);
        if (state.Record.Handled.Any(IsGone)) state.Note(r => r with { Handled = r.Handled.Where(h => !IsGone(h)).ToDictionary() });
    }

    private void ReconcileSettings(ShadowDocument document, Dictionary<string, DesiredValue> fresh, HashSet<string> gone)
    {
        var record = state.Record;
        var (candidates, refused) = Sort(document, fresh, record.Handled);
        var left = record.Settings.Where(s => !(gone.Contains(s.Key) && s.Value.By == ChangeOrigin.Shadow)).ToDictionary();
        var wanted = new Dictionary<string, SettingOverride>(left);
        foreach (var (key, desired) in candidates.Where(c => c.Value.Problem is null)) wanted[key] = new SettingOverride(desired.Value, ChangeOrigin.Shadow);

        var verified = settings.Verify(wanted);
        var errors = verified.Errors.ToDictionary();
        foreach (var (key, desired) in candidates.Where(c => c.Value.Problem is not null)) errors[key] = RefusedReason(key, desired);
        if (errors.Count > 0) verified = settings.Verify(wanted = left);
        var handled = record.Handled.Where(h => h.Key == RoleAlias || !gone.Contains(h.Key)).ToDictionary();
        foreach (var (key, desired) in candidates) handled[key] = Handle(desired, key, errors);
        foreach (var (key, desired) in refused) handled[key] = new HandledValue(desired.Value, desired.Timestamp, RefusedReason(key, desired));

        var outcome = Outcome(errors, [.. refused, .. candidates.Where(c => c.Value.Problem is not null)]);
        var change = Change(SettingsChange, document);

        // In one write: a value that ends the agent as soon as it is applied must not be found unhandled after it was taken back.
        if (state.TryChange(r => SettingsTrial.Begin(r, wanted, change) with { Handled = handled }) is { } problem)
        {
            outcome = ChangeOutcome.Rejected(ChangeCodes.StateNotSaved, problem);
            foreach (var (key, desired) in candidates) handled[key] = new HandledValue(desired.Value, desired.Timestamp, problem);
        }
        else
        {
            verified.Apply();
        }

        runner.End(change, outcome, r => r with { Handled = handled });
    }

    private ChangeOutcome Outcome(IReadOnlyDictionary<string, string> invalid, IReadOnlyList<KeyValuePair<string, DesiredValue>> refused)
    {
        var others = invalid.Where(i => !refused.Any(r => r.Key == i.Key)).Select(i => i.Value).ToList();
        if (others.Count + refused.Count == 0) return ChangeOutcome.Applied;
        var code = others.Count > 0 ? ChangeCodes.InvalidSettings
            : refused.All(r => r.Value.Problem is not null) ? ChangeCodes.NotReadable
            : ChangeCodes.UnknownSetting;
        return ChangeOutcome.Rejected(code, string.Join("; ", others.Concat(refused.Select(r => RefusedReason(r.Key, r.Value)))));
    }

    /// <summary>Those that can be set, with those that had to wait for others; and those that nobody knows or can read.</summary>
    private (Dictionary<string, DesiredValue> Candidates, Dictionary<string, DesiredValue> Refused) Sort(
        ShadowDocument document, Dictionary<string, DesiredValue> fresh, IReadOnlyDictionary<string, HandledValue> handled)
    {
        var waiting = document.Desired.Where(d => handled.GetValueOrDefault(d.Key) is { OthersToBlame: true });
        var candidates = fresh.Where(d => settings.Keys.Contains(d.Key)).Concat(waiting).DistinctBy(d => d.Key).ToDictionary();
        return (candidates, fresh.Where(d => !settings.Keys.Contains(d.Key) && (d.Key != RoleAlias || d.Value.Problem is not null)).ToDictionary());
    }

    private static HandledValue Handle(DesiredValue desired, string key, IReadOnlyDictionary<string, string> errors)
    {
        if (errors.Count == 0) return new HandledValue(desired.Value, desired.Timestamp);
        if (errors.TryGetValue(key, out var problem)) return new HandledValue(desired.Value, desired.Timestamp, PrintableText.Of(problem, LongestReason));
        return new HandledValue(desired.Value, desired.Timestamp, $"not applied, because it came together with {string.Join(", ", errors.Keys)}", OthersToBlame: true);
    }

    private string RefusedReason(string key, DesiredValue desired) => desired.Problem is { } problem
        ? PrintableText.Of($"{key}: cannot be read: {problem}", LongestReason)
        : PrintableText.Of($"{key}: cannot be set remotely{Spelling.Hint(key, [RoleAlias, .. settings.Keys])}", LongestReason);

    private async Task RotateAsync(ShadowDocument document, DesiredValue desired, CancellationToken cancellationToken)
    {
        var arguments = new JsonObject { [RoleAlias] = JsonNode.Parse(desired.Value.GetRawText()) };
        await MakeAsync(document, arguments, (handled, outcome) => handled[RoleAlias] = new HandledValue(
            desired.Value, desired.Timestamp, outcome.Result == ChangeResult.Applied ? null : PrintableText.Of(outcome.Reason, LongestReason) ?? outcome.Code ?? "refused"), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The desired alias was taken back: the configured one becomes active again, unless a job set another since.</summary>
    private async Task GoBackAsync(ShadowDocument document, HandledValue handled, CancellationToken cancellationToken)
    {
        var wasSetHere = handled.Rejection is null && handled.Value.ValueKind == JsonValueKind.String && handled.Value.GetString() == alias();
        var configured = settings.ConfiguredRoleAlias;
        if (wasSetHere && alias() != configured) await MakeAsync(document, new JsonObject { [RoleAlias] = configured }, (h, _) => h.Remove(RoleAlias), cancellationToken).ConfigureAwait(false);
        else state.Note(r => r with { Handled = r.Handled.Where(h => h.Key != RoleAlias).ToDictionary() });
    }

    private async Task MakeAsync(ShadowDocument document, JsonObject arguments, Action<Dictionary<string, HandledValue>, ChangeOutcome> note, CancellationToken cancellationToken)
    {
        using var json = JsonDocument.Parse(arguments.ToJsonString());
        await runner.RunAsync(
            Change(RoleAlias, document),
            OperationNames.RotateRoleAlias,
            json.RootElement,
            new Silent(),
            (record, outcome) =>
            {
                var handled = record.Handled.ToDictionary();
                note(handled, outcome);
                return record with { Handled = handled };
            },
            cancellationToken).ConfigureAwait(false);
    }

    private static ExecutingChange Change(string what, ShadowDocument document) =>
        new(what, ChangeOrigin.Shadow, document.Version.ToString(CultureInfo.InvariantCulture));

    private sealed class Silent : IChangeProgress
    {
        public void Reached(string step)
        {
        }
    }
}
