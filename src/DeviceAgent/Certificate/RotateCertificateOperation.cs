using System.Text.Json;
using DeviceAgent.Control;

namespace DeviceAgent.Certificate;

/// <summary>The operation <c>rotate-certificate</c>; it has no arguments.</summary>
internal sealed class RotateCertificateOperation(CertificateRotation rotation) : IOperation
{
    public string Name => OperationNames.RotateCertificate;

    public Task<ChangeOutcome> ExecuteAsync(JsonElement arguments, IChangeProgress progress, CancellationToken cancellationToken) =>
        rotation.RotateAsync(progress, cancellationToken);
}
