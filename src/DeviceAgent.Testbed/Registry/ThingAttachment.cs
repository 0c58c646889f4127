namespace DeviceAgent.Testbed.Registry;

/// <summary>A certificate attached to a thing; exclusively, when it may belong to no other thing.</summary>
internal sealed record ThingAttachment(string ThingName, string CertificateId, bool Exclusive)
{
    public string Id => IdOf(ThingName, CertificateId);

    public string PrincipalType => Exclusive ? "EXCLUSIVE_THING" : "NON_EXCLUSIVE_THING";

    public static string IdOf(string thingName, string certificateId) => $"{thingName}/{certificateId}";
}
