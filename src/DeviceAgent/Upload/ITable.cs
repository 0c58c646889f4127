namespace DeviceAgent.Upload;

/// <summary>The table, as far as the uploader needs it. Failures that are to be expected are results.</summary>
internal interface ITable
{
    /// <summary>What is wrong with the table, or null when it will do or may not be looked at.</summary>
    Task<UploadFault?> CheckAsync(CancellationToken cancellationToken);

    /// <summary>Puts up to 25 items with different keys.</summary>
    Task<WriteResult> WriteAsync(IReadOnlyList<PendingItem> items, CancellationToken cancellationToken);

    /// <summary>Fetches new credentials; null when that succeeded.</summary>
    Task<UploadFault?> RefreshCredentialsAsync(CancellationToken cancellationToken);
}
