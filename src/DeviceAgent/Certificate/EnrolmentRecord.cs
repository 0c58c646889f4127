using System.Text.Json.Serialization;

namespace DeviceAgent.Certificate;

/// <summary>A new certificate on its way, as it is on disk.</summary>
internal sealed class EnrolmentRecord
{
    public required EnrolmentPhase Phase { get; init; }

    public required string CertificateId { get; init; }

    /// <summary>Proves to AWS IoT whose the certificate is; worthless once it is registered.</summary>
    public string? OwnershipToken { get; init; }

    public EnrolmentRecord At(EnrolmentPhase phase) => new() { Phase = phase, CertificateId = CertificateId };
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true, WriteIndented = true, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(EnrolmentRecord))]
internal sealed partial class EnrolmentRecordJson : JsonSerializerContext;
