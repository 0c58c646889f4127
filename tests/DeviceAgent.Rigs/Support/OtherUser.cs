using DeviceAgent.Storage;
using DeviceAgent.Testbed.Demo;

namespace DeviceAgent.Rigs.Support;

/// <summary>A user with no rights of root's, who can read the agent's program all the same: the owner of the folder that it was built in, or nobody.</summary>
internal static class OtherUser
{
    private const uint Nobody = 65_534;

    public static uint Id { get; } = Find();

    /// <summary>Gives a folder to this user.</summary>
    public static void Own(string folder)
    {
        using var opened = FolderHandle.Open(folder);
        opened.Give(Id, Id);
    }

    private static uint Find()
    {
        for (var folder = Path.GetDirectoryName(AgentProcess.Program); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (FileStatus.Of(folder) is { User: not LocalUsers.Root } status) return status.User;
        }

        return Nobody;
    }
}
