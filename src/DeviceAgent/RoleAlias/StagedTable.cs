using DeviceAgent.Upload;

namespace DeviceAgent.RoleAlias;

/// <summary>The table as the uploader sees it: by the credentials in force, unless a change of the role alias has a say.</summary>
internal sealed class StagedTable(ITable inForce) : ITable
{
    private IWriteStage? _stage;

    /// <summary>Null when no change is under way. Requests that have begun end under the stage that they began under.</summary>
    public IWriteStage? Stage
    {
        get => Volatile.Read(ref _stage);
        set => Volatile.Write(ref _stage, value);
    }

    public Task<UploadFault?> CheckAsync(CancellationToken cancellationToken) =>
        Stage is { } stage ? stage.CheckAsync(inForce, cancellationToken) : inForce.CheckAsync(cancellationToken);

    public Task<WriteResult> WriteAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken) =>
        Stage is { } stage ? stage.WriteAsync(inForce, items, cancellationToken) : inForce.WriteAsync(items, cancellationToken);

    public Task<UploadFault?> RefreshCredentialsAsync(CancellationToken cancellationToken) => inForce.RefreshCredentialsAsync(cancellationToken);
}
