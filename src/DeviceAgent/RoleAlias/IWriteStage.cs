using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>Stands between the uploader and the table while a role alias changes.</summary>
internal interface IWriteStage
{
    /// <param name="inForce">The table by the credentials in force.</param>
    /// <param name="cancellationToken">The uploader stops.</param>
    Task<UploadFault?> CheckAsync(ITable inForce, CancellationToken cancellationToken);

    /// <param name="inForce">The table by the credentials in force.</param>
    /// <param name="items">What is to be written.</param>
    /// <param name="cancellationToken">The uploader stops.</param>
    Task<WriteResult> WriteAsync(ITable inForce, IReadOnlyList<PendingItem> items, CancellationToken cancellationToken);
}
