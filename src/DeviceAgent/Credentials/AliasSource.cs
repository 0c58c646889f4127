using DeviceAgent.Clock;

namespace DeviceAgent.Credentials;

/// <summary>
/// Credentials by the name of a role alias. The clock learns from every answer. Where the certificate of the endpoint was judged by a
/// time that turns out to be wrong, it is asked again under the right one: nothing but the time is taken from such an answer.
/// </summary>
/// <param name="fetch">Asks the provider once.</param>
/// <param name="clock">The agent's clock.</param>
internal sealed class AliasSource(Func<string, CancellationToken, Task<FetchResult>> fetch, DeviceClock clock)
{
    /// <summary>The floor may have to be assumed, then a certificate's beginning; then the time is known.</summary>
    private const int MaxAttempts = 4;

    /// <summary>A certificate's dates are not looked at more closely.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(1);

    /// <summary>Is told what was answered to the source that a cache renews itself from.</summary>
    public event Action<string, FetchResult>? Answered;

    /// <summary>Asks once, for nobody but the caller.</summary>
    public async Task<FetchResult> FetchAsync(string roleAlias, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (judgedAt, sentAt) = (clock.GetUtcNow(), clock.Monotonic);
            var result = await fetch(roleAlias, cancellationToken).ConfigureAwait(false);
            Learn(result, sentAt);
            var step = clock.GetUtcNow() - judgedAt - (clock.Monotonic - sentAt);
            if (step.Duration() >= Tolerance && attempt < MaxAttempts) continue;
            return result is FetchResult.Success && JudgedByAnAssumption ? new FetchResult.Failure(NoDate) : result;
        }
    }

    /// <summary>What a cache renews itself from.</summary>
    public Func<CancellationToken, Task<FetchResult>> Of(string roleAlias) => async cancellationToken =>
    {
        var result = await FetchAsync(roleAlias, cancellationToken).ConfigureAwait(false);
        Answered?.Invoke(roleAlias, result);
        return result;
    };

    /// <summary>The time is not known, and it was not the system's clock that the certificate of the endpoint was judged by.</summary>
    private bool JudgedByAnAssumption => !clock.IsTrusted && clock.SystemOffset.Duration() > Tolerance;

    /// <summary>Else who holds a stolen key whose certificate has expired would only have to leave the <c>Date</c> out.</summary>
    private static CredentialFailure NoDate { get; } = new(
        CredentialFailureKind.AnswerIncomplete,
        "Credentials came without a Date that can be believed, while this device does not know the time: they are not used.",
        "clock: the device does not know the time, and something other than AWS may be answering",
        "Set the clock: timedatectl set-ntp true. Compare the endpoint with: aws iot describe-endpoint --endpoint-type iot:CredentialProvider");

    private void Learn(FetchResult result, TimeSpan sentAt)
    {
        switch (result)
        {
            case FetchResult.Success { Credentials: { ProviderDate: { } date } credentials }:
                clock.Observe(date, sentAt, clock.MonotonicAt(credentials.ReceivedAt));
                break;
            case FetchResult.Failure { Reason.ProviderDate: { } date }:
                clock.Observe(date, sentAt, clock.Monotonic);
                break;
            case FetchResult.Failure { Reason.ServerCertificateNotBefore: { } notBefore }:
                clock.AssumeAtLeast(notBefore);
                break;
            case FetchResult.Failure { Reason.Kind: CredentialFailureKind.ServerCertificateExpired }:
                clock.AssumeFloor();
                break;
        }
    }
}
