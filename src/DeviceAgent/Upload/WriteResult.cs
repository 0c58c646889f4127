namespace DeviceAgent.Upload;

/// <summary>The outcome of one BatchWriteItem.</summary>
/// <param name="Accepted">Items that are in the table now.</param>
/// <param name="Unprocessed">Items that the service did not get to; to be sent again.</param>
/// <param name="Fault">Null when the request as such succeeded; else nothing is known to be accepted.</param>
internal sealed record WriteResult(IReadOnlyList<PendingItem> Accepted, IReadOnlyList<PendingItem> Unprocessed, UploadFault? Fault)
{
    public static WriteResult Failed(IReadOnlyList<PendingItem> items, UploadFault fault) => new([], items, fault);
}
