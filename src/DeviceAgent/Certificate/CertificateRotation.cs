using System.Security.Cryptography;
using System.Text.Json;
using DeviceAgent.Control;
using DeviceAgent.Credentials;
using DeviceAgent.RoleAlias;
using Microsoft.Extensions.Logging;

namespace DeviceAgent.Certificate;

/// <summary>
/// Changes the device's certificate make-before-break: a new one is asked for with a key made here, proven beside the old, and then takes its
/// place. Killed at any moment, one matching pair is active, and the change goes on where it was when it is asked for again.
/// </summary>
internal sealed class CertificateRotation(
    DeviceIdentityOptions files,
    StoredIdentity store,
    EnrolmentFile file,
    Func<StagedIdentity, Enrolment> enrol,
    DeviceIdentitySource identity,
    string thingName,
    IdentityProof proof,
    CredentialCache cache,
    AliasSource source,
    RoleAliasState alias,
    ILogger<CertificateRotation> logger)
{
    private (DeviceIdentityOptions Place, Enrolment Enrolment)? _enrolment;

    /// <exception cref="OperationCanceledException">The agent stops.</exception>
    public async Task<ChangeOutcome> RotateAsync(IChangeProgress progress, CancellationToken cancellationToken)
    {
        var before = identity.Current.CertificateId;
        try
        {
            var refusal = await ReplaceAsync(progress, cancellationToken).ConfigureAwait(false);
            if (refusal is null) return ChangeOutcome.Applied;
            logger.Rejected(refusal.Code, before);
            return refusal.Rejected();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or DeviceIdentityException)
        {
            logger.Rejected(ProvisioningCode.FilesNotWritten, before);
            return new RejectionReason(ProvisioningCode.FilesNotWritten, $"{e.Message} Let the agent's user write to the state directory.").Rejected();
        }
    }

    private async Task<RejectionReason?> ReplaceAsync(IChangeProgress progress, CancellationToken cancellationToken)
    {
        // Cut off in the swap or after it: what is left to do is to end it.
        store.FinishSwap(file);
        var active = store.Active;
        var swapped = file.Read() is { Phase: EnrolmentPhase.Swapped } record ? record.CertificateId : null;

        // Or an operator has put another certificate there since the start.
        if (swapped is not null || identity.Files != active) identity.Follow(active);
        if (swapped is not null && swapped == identity.Current.CertificateId) return Settle(new StagedIdentity(active), progress);

        var (staged, replaces) = store.Target();
        var enrolment = EnrolmentAt(staged);

        if (staged.Fault() is { } fault) return new RejectionReason(ProvisioningCode.LayoutNotSupported, $"The agent cannot replace this certificate: {fault}.");
        var (enrolled, refusal) = await enrolment.EnrolAsync(() => MakeKey(staged), thingName, files.PrivateKeyPassword, progress, cancellationToken).ConfigureAwait(false);
        if (enrolled is null) return refusal;
        if (enrolment.Thing?.ThingName is { } other && other != thingName)
            return Discard(staged, enrolled, new RejectionReason(ProvisioningCode.OtherThing, $"The template registered the certificate for the thing {other}, this device is {thingName}: its thing name must come from the parameter ThingName."));

        using var candidate = DeviceIdentity.Load(staged.Options);
        logger.Staged(candidate.CertificateId, identity.Current.CertificateId);
        var (credentials, unproven) = await proof.ProveAsync(candidate, progress, cancellationToken).ConfigureAwait(false);
        if (credentials is null) return IsWorthless(unproven!) ? Discard(staged, enrolled, unproven!) : Keep(enrolled, unproven!);

        progress.Reached(EnrolmentStep.Swapping);
        Swap(staged, replaces, enrolled, credentials);
        return Settle(staged, progress);
    }

    /// <summary>The same as before, while the place is the same: it knows what the template said.</summary>
    private Enrolment EnrolmentAt(StagedIdentity staged)
    {
        if (_enrolment is not { } last || last.Place != staged.Place) _enrolment = last = (staged.Place, enrol(staged));
        return last.Enrolment;
    }

    private AsymmetricAlgorithm MakeKey(StagedIdentity staged) => staged.KeyStays ? DeviceIdentity.LoadPrivateKey(files) : NewKey.Like(identity.Current.Certificate);

    /// <summary>From here on there is only forward: a start after a kill ends what was begun.</summary>
    private void Swap(StagedIdentity staged, string? replaces, EnrolmentRecord record, TemporaryCredentials credentials)
    {
        var before = identity.Current.CertificateId;
        staged.KeepPrevious();
        if (replaces is not null) store.Remember(replaces);
        file.Save(record.At(EnrolmentPhase.Swapping, replaces));
        try
        {
            staged.Swap();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException && staged.IsWhole)
        {
            // Nothing is swapped: the next start must not have to do what cannot be done.
            file.Save(record);
            throw;
        }

        file.Save(record.At(EnrolmentPhase.Swapped, replaces));
        identity.Follow(staged.Place);
        try
        {
            cache.SwitchTo(source.Of(alias.Active), credentials);
        }
        catch (ArgumentException)
        {
            // The device slept over their end; the cache asks with the new certificate when it needs them.
        }

        logger.Swapped(record.CertificateId, before, staged.Place.CertificatePath);
    }

    private RejectionReason? Settle(StagedIdentity staged, IChangeProgress progress)
    {
        progress.Reached(EnrolmentStep.Committed);
        staged.ForgetPrevious();
        file.Delete();
        return null;
    }

    /// <summary>Nobody will make this certificate work any more.</summary>
    private static bool IsWorthless(RejectionReason refusal) => refusal.Code is RejectionCode.CertificateNotAccepted or RejectionCode.ThingNotAttached;

    private RejectionReason Discard(StagedIdentity staged, EnrolmentRecord record, RejectionReason refusal)
    {
        staged.Discard();
        file.Delete();
        return Add(refusal, $"The new certificate {record.CertificateId} is not used: delete it.");
    }

    private static RejectionReason Keep(EnrolmentRecord record, RejectionReason refusal) =>
        Add(refusal, $"The new certificate {record.CertificateId} is registered and kept: it is tried again when the change is asked for again.");

    private static RejectionReason Add(RejectionReason refusal, string more) => refusal with { Reason = $"{more} {refusal.Reason}" };
}

/// <summary>The operation <c>rotate-certificate</c>; it has no arguments.</summary>
internal sealed class RotateCertificateOperation(CertificateRotation rotation) : IOperation
{
    public string Name => OperationNames.RotateCertificate;

    public IReadOnlyList<string> Arguments => [];

    public Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken) =>
        rotation.RotateAsync(progress, cancellationToken);
}
