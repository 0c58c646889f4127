namespace DeviceAgent.Upload;

/// <summary>What requests to the table are signed with: credentials and the time.</summary>
internal interface ITableAccess
{
    /// <summary>Gets credentials and the time ready for the next request.</summary>
    Task PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Fetches new credentials, unless that was done a moment ago.</summary>
    Task RefreshAsync(CancellationToken cancellationToken);

    /// <summary>The table's answer said what time it is.</summary>
    void ServerTimeIs(DateTimeOffset serverTime);
}
