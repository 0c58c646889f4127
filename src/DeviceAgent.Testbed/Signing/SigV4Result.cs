using System.Diagnostics.CodeAnalysis;
using DeviceAgent.Testbed.Iam;

namespace DeviceAgent.Testbed.Signing;

/// <summary>Either the caller whose signature is good, or why it is not.</summary>
internal sealed class SigV4Result
{
    private SigV4Result(Caller? caller, SigV4Failure? failure) => (Caller, Failure) = (caller, failure);

    public Caller? Caller { get; }

    public SigV4Failure? Failure { get; }

    [MemberNotNullWhen(true, nameof(Caller))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsGood => Caller is not null;

    public static SigV4Result Good(Caller caller) => new(caller, null);

    public static SigV4Result Bad(SigV4Failure failure) => new(null, failure);
}
