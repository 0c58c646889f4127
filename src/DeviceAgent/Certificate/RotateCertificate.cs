using System.Text.Json;
using DeviceAgent.Control;

namespace DeviceAgent.Certificate;

/// <summary>The operation <c>rotate-certificate</c>; it has no arguments.</summary>
internal sealed class RotateCertificate(CertificateRotation rotation) : IOperation
{
    public string Name => "rotate-certificate";

    public Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken) =>
        rotation.RotateAsync(progress, cancellationToken);
}
